/** The same thing with some of its members replaced; works for classes too, whose methods no spread would take along. */
export function instead<Thing extends object>(thing: Thing, replaced: Partial<Thing>): Thing {
  return new Proxy(thing, {
    get(_, key) {
      if (Object.hasOwn(replaced, key)) return Reflect.get(replaced, key);
      const member: unknown = Reflect.get(thing, key, thing);
      return typeof member === 'function' ? member.bind(thing) : member;
    },
  });
}
