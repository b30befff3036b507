/**
 * TypeScript as house.test.ts looks at it: with comments, or comments and quoted text, made blank. Lines stay where they
 * are. It knows just enough of the language not to take a quote in a comment, or slashes in a string, for the other.
 */

export interface SourceText {
  /** Comments blank. */
  readonly code: string
  /** Comments blank, and what stands inside quotes, templates and regular expressions; `${…}` in templates is code. */
  readonly bare: string
}

export interface Import {
  readonly from: string
  readonly line: number
  readonly typeOnly: boolean
}

/** After these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = /(?:[(,=:[!&|?{};+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of|throw|else|await|yield))\s*$|^\s*$/

type Kind = 'comment' | 'quoted'

export function readSource(text: string): SourceText {
  let code = ''
  let bare = ''
  let at = 0
  /** For each template we are inside of: how many `{` of its `${…}` are open. */
  const templates: number[] = []
  const blank = (end: number, kind: Kind) => {
    const piece = text.slice(at, end)
    const spaces = piece.replace(/[^\n]/g, ' ')
    code += kind === 'comment' ? spaces : piece
    bare += kind === 'comment' ? spaces : piece.length < 2 ? piece : `${piece[0]}${spaces.slice(1, -1)}${piece.at(-1)}`
    at = end
  }
  const keep = () => {
    code += text[at]
    bare += text[at]
    at++
  }
  while (at < text.length) {
    const character = text.charAt(at)
    const depth = templates.at(-1)
    if (text.startsWith('//', at)) blank(endOf(text, /\n|$/g, at), 'comment')
    else if (text.startsWith('/*', at)) blank(endOf(text, /\*\/|$/g, at + 2, true), 'comment')
    else if (character === "'" || character === '"') blank(endOfQuoted(text, at, character), 'quoted')
    else if (character === '/' && BEFORE_REGEX.test(code.slice(-200))) blank(endOfRegex(text, at), 'quoted')
    else if (character === '`') blank(endOfTemplatePart(text, at, templates), 'quoted')
    else if (character === '}' && depth === 0) {
      templates.pop()
      blank(endOfTemplatePart(text, at, templates), 'quoted')
    } else {
      if (character === '{' && depth !== undefined) templates[templates.length - 1] = depth + 1
      if (character === '}' && depth !== undefined) templates[templates.length - 1] = depth - 1
      keep()
    }
  }
  return { code, bare }
}

/** Every module that the text imports or re-exports from; `import('…')` counts too. */
export function importsOf({ code }: SourceText): readonly Import[] {
  const statement = /\b(import|export)\b(\s+type\b(?!\s*(?:,|from)))?([^'"`;()=]*?\bfrom)?\s*\(?\s*(['"])([^'"\n]+)\4/g
  return [...code.matchAll(statement)].flatMap((match) => {
    const [, keyword, type, bindings, , from] = match
    if (from === undefined || (keyword === 'export' && bindings === undefined)) return []
    return [{ from, line: lineAt(code, match.index), typeOnly: type !== undefined }]
  })
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function endOf(text: string, pattern: RegExp, from: number, including = false): number {
  pattern.lastIndex = from
  const match = pattern.exec(text)
  if (match === null) return text.length
  return match.index + (including ? match[0].length : 0)
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote || text[at] === '\n') return at + 1
  }
  return text.length
}

function endOfRegex(text: string, from: number): number {
  let inClass = false
  for (let at = from + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '[') inClass = true
    else if (text[at] === ']') inClass = false
    else if (text[at] === '/' && !inClass) return at + 1
  }
  return from + 1
}

/** From a backtick, or the `}` that ends a `${…}`, to behind the next backtick or `${`. */
function endOfTemplatePart(text: string, from: number, templates: number[]): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`') return at + 1
    else if (text.startsWith('${', at)) {
      templates.push(0)
      return at + 2
    }
  }
  return text.length
}
