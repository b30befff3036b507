/**
 * Subject, text and HTML of a mail from one view, by the operator's templates or the built-in ones. A template that does
 * not work is named in the mail itself: whoever reads it may be the only one who looks.
 */
import Handlebars from 'handlebars'
import type { AlertView } from './alert-view.ts'
import { htmlTemplate } from './mail-html.ts'
import { SUBJECT_LIMIT, subjectTemplate, textTemplate } from './mail-text.ts'
import { asWritten, oneLine } from './safe-text.ts'
import { FILLED_LIMIT, type Filling, render, templateProblem } from './template.ts'

/** The names of an operator's files. */
export const TEMPLATE_FILES = { subject: 'mail.subject.hbs', text: 'mail.txt.hbs', html: 'mail.html.hbs' } as const
export type TemplatePart = keyof typeof TEMPLATE_FILES
export const TEMPLATE_PARTS: readonly TemplatePart[] = ['subject', 'text', 'html']

/** What takes the place of the built-in templates; `null`: they stay. An HTML that is empty means: none. */
export interface MailTemplates extends Readonly<Record<TemplatePart, string | null>> {
  /** What could not be read, in sentences. */
  readonly problems: readonly string[]
}

export const BUILT_IN: MailTemplates = { subject: null, text: null, html: null, problems: [] }

export interface MailParts {
  readonly subject: string
  readonly text: string
  /** Empty: the mail has none. */
  readonly html: string
  /** What is wrong with the templates, for the outcome's text; empty if nothing is. */
  readonly remark: string
}

/** `lineSubject`: the template of the alert line itself, which wins. */
export function mailParts(view: AlertView, templates: MailTemplates, lineSubject: string | null): MailParts {
  const subject =
    lineSubject === null ? rendered('subject', templates, view) : render(lineSubject, subjectTemplate, view)
  const text = rendered('text', templates, view)
  const html = templates.html?.trim() === '' ? { text: '', problem: '' } : rendered('html', templates, view)
  const problems = [...templates.problems, ...[subject, text, html].map(({ problem }) => problem)].filter(
    (problem) => problem !== '',
  )
  const warnings = problems.map((problem) => `Warning: ${problem}; the built-in words took its place.`)
  return {
    subject: oneLine(subject.text, SUBJECT_LIMIT),
    text: asWritten(withWarnings(text.text, warnings), FILLED_LIMIT * 2),
    html: html.text === '' ? '' : asWritten(htmlWithWarnings(html.text, warnings), FILLED_LIMIT * 2),
    remark: problems.join('; '),
  }
}

/** What is wrong with an operator's template, found without a message; empty if nothing is. */
export const partProblem = (part: TemplatePart, template: string, samples: readonly AlertView[]): string =>
  part === 'html' && template.trim() === '' ? '' : templateProblem(template, samples, fillingOf(part))

/** The same for the subject of an alert line. */
export const lineSubjectProblem = (template: string, samples: readonly AlertView[]): string =>
  templateProblem(template, samples)

const BUILT_IN_TEMPLATES: Readonly<Record<TemplatePart, string>> = {
  subject: subjectTemplate,
  text: textTemplate,
  html: htmlTemplate,
}

const rendered = (part: TemplatePart, templates: MailTemplates, view: AlertView) =>
  render(templates[part] ?? BUILT_IN_TEMPLATES[part], BUILT_IN_TEMPLATES[part], view, fillingOf(part))

const fillingOf = (part: TemplatePart): Filling => ({ name: TEMPLATE_FILES[part], html: part === 'html' })

const withWarnings = (text: string, warnings: readonly string[]): string =>
  warnings.length === 0 ? text : `${warnings.join('\n')}\n\n${text}`

/** At the top of what is shown; an operator's page may have no body element. */
function htmlWithWarnings(html: string, warnings: readonly string[]): string {
  if (warnings.length === 0) return html
  const added = warnings.map((one) => `<p class="warning">${Handlebars.escapeExpression(one)}</p>\n`).join('')
  const body = /<body\b[^>]*>\n?/i.exec(html)
  if (body === null) return added + html
  const start = body.index + body[0].length
  return html.slice(0, start) + added + html.slice(start)
}
