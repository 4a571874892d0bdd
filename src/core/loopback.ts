/** Whether an address or host name is this very host's, and reached by nobody else. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);
