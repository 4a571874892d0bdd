import * as z from 'zod';

export const webUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that begins with https:// or http://' });
