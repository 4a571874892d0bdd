import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRecord } from '../../src/core/csv.ts';

/** As RFC 4180 reads a record. */
function fieldsOf(record: string): readonly string[] {
  const fields: string[] = [];
  let rest = record;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const plain = /^[^",\r\n]*/.exec(rest);
    const [whole, text] = quoted ? [quoted[0], quoted[1]?.replaceAll('""', '"')] : [plain?.[0], plain?.[0]];
    fields.push(text ?? '');
    rest = rest.slice(whole?.length ?? 0);
    if (rest === '') return fields;
    expect(rest[0]).toBe(',');
    rest = rest.slice(1);
  }
}

const text = fc.string({ unit: fc.constantFrom(...'ab ",\r\n\t=+-@＝\'|;ü'), maxLength: 12 });

test('every record is read as it was written, but for what could be computed', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
      const fields = fieldsOf(csvRecord(cells));
      expect(fields.map((field, index) => (field === cells[index] ? field : field.replace(/^'/, '')))).toEqual(cells);
      for (const field of fields) expect(field).not.toMatch(/^[\s"]*[=+\-@＝＋－＠]|^[\t\r\n]/);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  [[1, undefined, 'a b'], '1,,a b'],
  [['a,b', 'say "no"', 'two\r\nlines', ' x'], '"a,b","say ""no""","two\r\nlines"," x"'],
  [['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '"=1'], `'=1+1,'+1,'-1,'@SUM(A1),'\t=1,"'""=1"`],
  [[-5, 'main-branch', "'=1"], `-5,main-branch,''=1`],
])('%j is %j', (cells, record) => {
  expect(csvRecord(cells)).toBe(record);
});
