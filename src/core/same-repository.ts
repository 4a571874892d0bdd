/** Whether two addresses mean one repository, however it is reached: `git@host:team/shop.git` and `https://host/team/shop`. */
export const isSameRepository = (one: string, other: string): boolean => placeOf(one) === placeOf(other);

/** Host and path; a path of this machine stands for itself. */
export function placeOf(url: string): string {
  const [, host = '', path = url] =
    /^[a-z+]+:\/\/(?:[^/@]*@)?([^/:]*)(?::\d+)?\/(.*)$/i.exec(url) ?? /^(?:[^/@:]+@)?([^/:@]+):(.+)$/.exec(url) ?? [];
  return `${host.toLowerCase()}/${path.replace(/^\/+/, '').replace(/(?:\/|\.git)+$/, '')}`;
}
