/** Values to mask in free text, longest first; without what would blacken every line and is no secret: `true`, `8080`. */
export function redactable(values: readonly string[]): readonly string[] {
  const telling = values.filter((value) => !/^(?:true|false|yes|no|on|off|\d{0,5})$/i.test(value));
  return [...new Set(telling)].sort((a, b) => b.length - a.length);
}
