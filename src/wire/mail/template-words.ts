/**
 * What is wrong with a template, in words for whoever wrote it: Handlebars says what its parser expected, and of a name that
 * is not there, that some object lacks it.
 * Source: the sentences of Handlebars 4.7 (its parser, base.js, exception.js, runtime.js).
 */
import { nearby } from '../../model/nearest.ts'

/** Steps of comparing that one mistake may take: the names are few. */
const WORK = 200_000
/** Times that `{{` may stand in a template whose blocks are looked through. */
const BRACES_MOST = 1_000

/** `there is no "sumary"; did you mean summary?` */
export function noSuchName(name: string, names: Iterable<string>): string {
  const near = nearby(WORK).find(name, names)
  return `there is no "${name}"${near === null ? '' : `; did you mean ${near}?`}`
}

/** The mistake that Handlebars, or whoever filled the template, has thrown. `names`: those that there are. */
export function templateMistake(error: unknown, template: string, names: Iterable<string> = []): string {
  const said = error instanceof Error ? error.message : String(error)
  const [, line, near = '', got = ''] = /^Parse error on line (\d+):\n(.*)\n-*\^\n.*got '(\w+)'/s.exec(said) ?? []
  if (line !== undefined) return unreadable(got, line, near, template)
  const [, at] = /^Lexical error on line (\d+)/.exec(said) ?? []
  if (at !== undefined) return `what stands in {{ }} on line ${at} cannot be read`
  const [, open, close, where] = /^(.+) doesn't match (.+) - (\d+):\d+$/s.exec(said) ?? []
  if (where !== undefined) return `{{#${open}}} of line ${where} is closed by {{/${close}}}`
  const [, missing = '', there] = /^"(.*)" not defined in .* - (\d+):\d+$/s.exec(said) ?? []
  if (there !== undefined) return `${noSuchName(missing, names)} (line ${there})`
  const [, within] = /^Cannot use 'in' operator to search for '(.*?)' in /s.exec(said) ?? []
  if (within !== undefined) return `there is no "${within}" in a text`
  const [, helper] = /^Missing helper: "(.*)"$/s.exec(said) ?? []
  if (helper !== undefined) return `there is no helper "${helper}"`
  const [, word, count] = /^(#\w+) requires exactly (\w+) argument/.exec(said) ?? []
  if (word !== undefined) return `{{${word} …}} takes exactly ${count} name`
  return error instanceof TypeError ? 'a helper lacks what it is about' : said
}

/** `got`: the parser's name for what it met and did not expect. */
function unreadable(got: string, line: string, near: string, template: string): string {
  const place = `on line ${line}, near "${near}"`
  switch (got) {
    case 'EOF': {
      const open = lastOpen(template)
      return open === null
        ? `a {{ is not closed by }} ${place}`
        : `{{#${open.name} …}} of line ${open.line} is never closed: {{/${open.name}}} is missing`
    }
    case 'OPEN_ENDBLOCK':
      return `a {{/…}} closes nothing that is open ${place}`
    case 'INVERSE':
      return `an {{else}} stands in no block ${place}`
    case 'CLOSE':
      return `something is missing before the }} ${place}`
    default:
      return `what stands in {{ }} cannot be read ${place}`
  }
}

/** The innermost block that is open at the end. */
function lastOpen(template: string): { readonly name: string; readonly line: number } | null {
  if (template.split('{{').length > BRACES_MOST) return null
  const open: { name: string; line: number }[] = []
  const text = template.replace(/\{\{!--[\s\S]*?--\}\}|\{\{![^}]*\}\}/g, (remark) => remark.replace(/[^\n]/g, ' '))
  for (const { 1: sign, 2: name = '', index } of text.matchAll(/\{\{~?([#^/])\s*([^\s}~|]+)/g)) {
    if (sign === '/') open.pop()
    else open.push({ name, line: text.slice(0, index).split('\n').length })
  }
  return open.at(-1) ?? null
}
