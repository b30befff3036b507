/** Generated texts for mon's formats, and what a megabyte of trouble looks like. */
import fc from 'fast-check'

/** Any text that can be written as UTF-8. */
export const anyText = (maxLength = 40) => fc.string({ unit: 'binary', maxLength })

/** What the formats care about, close together. */
export const troubleText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\\',
        '\\5c',
        '\\41',
        '\\\\',
        "'",
        '"',
        '=',
        ' ',
        '\t',
        '\n',
        '\r',
        '%',
        '%s',
        ':',
        '(',
        ') ',
        '\0',
      ),
      fc.constantFrom('\u00e9', '\u20ac', '\u{1f600}', '\ufeff', '\u2028', 'a', 'f', '0', '\\0', '\\zz', '\\E9'),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

/** A name as mon.cf can hold it. */
export const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/)

const LARGE = 1_048_576

/** What would take hours if a reader looked back for each of its characters. */
export const floods: readonly { readonly name: string; readonly text: string }[] = [
  'a',
  ' ',
  '=',
  '\\',
  "'",
  '"',
  '\n',
  '\r',
  '\0',
  '\t',
  'a=',
  "a='",
  '\\41',
  '\\4',
  '() ',
  ' x',
  '\u00e9',
  'list ',
].map((piece) => ({ name: JSON.stringify(piece), text: piece.repeat(Math.ceil(LARGE / piece.length)) }))

/** Milliseconds that a reader has for a flood: seconds more than linear time needs, days less than quadratic time. */
export const floodDeadline = 30_000
