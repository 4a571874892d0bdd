/** What a repository is called by the end of its URL: `shop` of `https://git.example.com/team/shop.git`. */
export const repositoryName = (url: string): string => /([\w][\w.-]*?)(?:\.git)?\/*$/.exec(url)?.[1] ?? 'app';
