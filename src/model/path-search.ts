/** Which paths of a repository are meant. */
export interface PathSearch {
  /** `*` and `?` stand for characters of one name, `**` for any number of folders. */
  readonly patterns: readonly string[];
  /** The same; what fits a folder leaves out everything below it. */
  readonly exclude: readonly string[];
}
