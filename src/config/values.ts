import { posix } from 'node:path';
import * as z from 'zod';
import { isVersionRange } from '../core/version-range.ts';
import { urlFault } from './git-url.ts';

/** How one kind of value is told from others: what it must be, and the test. `title` names the type in the reference. */
interface Rule {
  readonly title: string;
  readonly must: string;
  readonly valid: (text: string) => boolean;
}

export const text = ({ title, must, valid }: Rule) =>
  z.string({ error: must }).refine(valid, { error: must }).meta({ title });

/** Text of a form of its own. */
export const word = (title: string, must: string, valid: (value: string) => boolean) => text({ title, must, valid });

const control = /[\u0000-\u001f\u007f]/;

/** One value, or a list of at least one. */
export const oneOrMany = <Item extends z.ZodType>(item: Item, must: string) =>
  z.union([item, z.array(item).min(1, { error: `must not be an empty list; leave the key out instead` })], {
    error: must,
  });

export const flag = () =>
  z
    .boolean({
      error: ({ input }) => {
        const word = typeof input === 'string' ? input.toLowerCase() : '';
        if (['yes', 'on', 'y'].includes(word)) return 'must be true or false; YAML reads this as text: write true';
        if (['no', 'off', 'n'].includes(word)) return 'must be true or false; YAML reads this as text: write false';
        return 'must be true or false';
      },
    })
    .meta({ title: 'true or false' });

export const count = (least: number, greatest: number) =>
  z
    .int({ error: `must be a whole number from ${least} to ${greatest}` })
    .min(least, { error: `must be a whole number from ${least} to ${greatest}` })
    .max(greatest, { error: `must be a whole number from ${least} to ${greatest}` })
    .meta({ title: 'whole number' });

/** What git-check-ref-format allows for a branch or tag, without `refs/…/`. */
const isRefName = (name: string): boolean =>
  name !== '@' &&
  name.length <= 255 &&
  !/^(?:[-/.]|refs\/)|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/[/.]|\.lock(?:\/|$)|[./]$/.test(name) &&
  name !== '';

export const refName = (kind: 'branch') =>
  text({
    title: `${kind} name`,
    must: `must be a ${kind} name as Git knows it, without refs/ before it`,
    valid: isRefName,
  });

export const tagOrRange = () =>
  text({
    title: 'tag name, or range of versions',
    must: 'must be a tag name as Git knows it, without refs/ before it, or a range of versions such as ^1.4',
    valid: (tag) => isRefName(tag) || isVersionRange(tag),
  });

export const commitId = () =>
  text({
    title: 'commit id',
    must: 'must be a full commit id: 40 hexadecimal digits, in quotes if they are all numbers',
    valid: (id) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id),
  });

/** A path in a repository, without `./` and a slash at its end. */
export const tidyPath = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, '');

export const repositoryPath = () =>
  text({
    title: 'path in the repository',
    must: 'must be a relative path inside the repository, without ".."',
    valid: (path) =>
      path !== '' &&
      path.length <= 1024 &&
      !control.test(path) &&
      !/^[-/]/.test(tidyPath(path)) &&
      !path.startsWith('-') &&
      !path.split('/').includes('..'),
  });

export const pathPattern = () =>
  text({
    title: 'pattern of paths in the repository',
    must: 'must be a relative path inside the repository, without "..", in which * and ? stand for characters and ** for folders',
    valid: (pattern) =>
      pattern !== '' &&
      pattern.length <= 1024 &&
      !control.test(pattern) &&
      !/^[-/]|\/$/.test(pattern) &&
      !/[{}]/.test(pattern.replaceAll('{host}', '')) &&
      pattern
        .split('/')
        .every((name) => name !== '' && name !== '.' && name !== '..' && (name === '**' || !name.includes('**'))),
  });

export const nameTemplate = () =>
  text({
    title: 'text with {folder}, {parent} or {path}',
    must: 'must hold {folder}, {parent} or {path}, and besides only letters, digits, "-", "_" and "."',
    valid: (template) =>
      /\{(?:folder|parent|path)\}/.test(template) &&
      /^[\w.-]*$/.test(template.replaceAll(/\{(?:folder|parent|path)\}/g, '')),
  });

export const hostFile = () =>
  text({
    title: 'file on the host',
    must: 'must be the path of a file, relative to this configuration file or absolute',
    valid: (path) => path !== '' && !control.test(path),
  });

export const absoluteFile = () =>
  text({
    title: 'absolute path on the host',
    must: 'must be the absolute path of a file on this host: it must not come from a repository',
    valid: (path) => path.startsWith('/') && !control.test(path),
  });

export const hostFolder = () =>
  text({
    title: 'absolute path on the host',
    must: 'must be the absolute path of a folder on this host, without ".."',
    valid: (path) => path.startsWith('/') && !control.test(path) && !path.split('/').includes('..'),
  });

export const hostBind = () =>
  text({
    title: 'path on the host',
    must: 'must be an absolute path on the host without ".."; add :ro at its end if reading is enough',
    valid: (bind) =>
      /^\/[^\u0000-\u001f\u007f:]*(?::ro)?$/.test(bind) && !bind.replace(/:ro$/, '').split('/').includes('..'),
  });

export const gitUrl = () =>
  z
    .string({ error: 'must be a Git URL such as https://git.example.com/team/shop.git' })
    .check((context) => {
      const fault = urlFault(context.value);
      if (!fault) return;
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: fault.text,
        params: { write: fault.write },
        continue: true,
      });
    })
    .meta({ title: 'Git URL' });

export const secretText = () =>
  text({
    title: 'secret',
    must: 'must be text that is not empty',
    valid: (value) => value !== '' && !control.test(value),
  });

export const userName = () =>
  text({
    title: 'text',
    must: 'must be a user name without blanks and ":"',
    valid: (name) => /^[^\s:\u0000-\u001f\u007f]+$/.test(name),
  });

export const hostName = () =>
  text({
    title: 'host name',
    must: 'must be a name of letters, digits, "-", "_" and "."',
    valid: (name) => /^\w[\w.-]{0,252}$/.test(name),
  });

export const hostGlob = () =>
  text({
    title: 'host name, * and ? match any, ! means not',
    must: 'must be a host name, in which * stands for any characters and ? for one, or ! and a name that is left out',
    valid: (glob) => /^!?[\w.*?-]+$/.test(glob),
  });

export const profileName = () =>
  text({
    title: 'profile name',
    must: 'must be the name of a Compose profile',
    valid: (name) => /^[a-zA-Z0-9][\w.-]*$/.test(name),
  });

export const serviceName = () =>
  text({
    title: 'service name',
    must: 'must be the name of a service',
    valid: (name) => /^[a-zA-Z0-9._-]+$/.test(name),
  });

const appNamePattern = /^[a-zA-Z0-9][\w.-]{0,62}$/;
export const appName = () =>
  z.string().regex(appNamePattern, {
    error: 'is no name for an app: take letters, digits, "-", "_" and ".", with a letter or digit first, 63 at most',
  });

export const repositoryName = () =>
  z.string().regex(appNamePattern, {
    error: 'is no name for a repository: take letters, digits, "-", "_" and ".", 63 at most',
  });

export const projectName = () =>
  z
    .string({
      error: 'must be a Compose project name: lower-case letters, digits, "-" and "_", with a letter or digit first',
    })
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
      error: 'must be a Compose project name: lower-case letters, digits, "-" and "_", with a letter or digit first',
    })
    .meta({ title: 'Compose project name' });

/** What Compose itself makes of a folder's name, so that projects of the original Harbormaster keep their names. */
export const projectOf = (app: string): string =>
  app
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

export const variableName = () =>
  z.string().regex(/^[^\s=\u0000-\u001f\u007f]+$/, { error: 'is no name for a variable: no blanks, no "="' });

export const variableValue = () =>
  z
    .union([z.string(), z.number(), z.boolean(), z.null()], {
      error: 'must be text, a number, true or false; nothing at all takes a default away',
    })
    .meta({ title: 'text, number, true, false or nothing' });
