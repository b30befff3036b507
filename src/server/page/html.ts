/** The looks of the page that a link in a message opens. Whatever it shows is escaped: it may be hostile. */
import { createHash } from 'node:crypto'
import Handlebars from 'handlebars'

export interface Page {
  readonly title: string
  readonly tone: 'bad' | 'good' | 'plain'
  readonly text?: string
  readonly facts?: readonly { readonly name: string; readonly lines: readonly string[] }[]
  /** It can be acknowledged here. */
  readonly form?: { readonly asksForChange: boolean }
}

/** What the form offers as its end; nothing else is taken. */
export const LASTS = [
  { value: '', label: 'until it has recovered' },
  { value: '30m', label: '30 minutes, then tell us again' },
  { value: '2h', label: '2 hours, then tell us again' },
  { value: '8h', label: '8 hours, then tell us again' },
  { value: '1d', label: 'a day, then tell us again' },
] as const

/** Letters of a name and of a comment. */
export const FIELD_MOST = { who: 60, comment: 300 } as const

const style = `
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; color: #1b1b1b; background: #fff; overflow-wrap: anywhere; text-wrap: pretty; }
main { max-width: 36rem; margin: 0 auto; }
h1 { margin: 0 0 .75rem; padding: .5rem .75rem; font-size: 1.25rem; line-height: 1.3; border-left: 6px solid #5b6470; background: #eef0f2; }
h1.bad { border-color: #c01c28; background: #fdecec; }
h1.good { border-color: #1a7f37; background: #e8f6ec; }
dl { margin: 0 0 1rem; }
dt { margin-top: .6rem; font-size: .875rem; color: #5b6470; }
dd { margin: 0; }
form { margin-top: 1.5rem; padding-top: .5rem; border-top: 1px solid #8884; }
label { display: block; margin-top: 1rem; }
label.check { display: flex; gap: .6rem; align-items: baseline; }
input[type=text], select { display: block; width: 100%; margin-top: .25rem; padding: .55rem; font: inherit; color: inherit; background: #fff; border: 1px solid #767676; border-radius: 4px; }
button { width: 100%; margin-top: 1.5rem; padding: .8rem; font: inherit; font-weight: 600; color: #fff; background: #1f5fae; border: 0; border-radius: 4px; }
:focus-visible { outline: 3px solid #7ab7ff; outline-offset: 1px; }
footer { margin-top: 2rem; font-size: .8125rem; color: #5b6470; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e6e6; background: #16181b; }
  h1 { background: #262a2f; }
  h1.bad { border-color: #ff6b70; background: #3a1d20; }
  h1.good { border-color: #4ac26b; background: #16301f; }
  dt, footer { color: #a0a8b2; }
  input[type=text], select { background: #22262b; border-color: #8a929c; }
  button { color: #0d1117; background: #7ab7ff; }
}
`

/** What a Content-Security-Policy calls our own style by, so that no other is taken. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`

/** Our own instance, which escapes as HTML by default. */
const handlebars = Handlebars.create()

const frame = handlebars.compile(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{title}}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1 class="{{tone}}">{{title}}</h1>
{{#if text}}
<p>{{text}}</p>
{{/if}}
{{#if facts}}
<dl>
{{#each facts}}
<dt>{{name}}</dt>
{{#each lines}}<dd>{{this}}</dd>
{{/each}}
{{/each}}
</dl>
{{/if}}
{{#if form}}
<form method="post" accept-charset="utf-8">
<label>Your name
<input type="text" name="who" maxlength="{{most.who}}" autocomplete="name"></label>
<label>What the others should know
<input type="text" name="comment" maxlength="{{most.comment}}" autocomplete="off" placeholder="on it"></label>
<label>No further alerts
<select name="lasts">
{{#each choices}}
<option value="{{value}}">{{label}}</option>
{{/each}}
</select></label>
{{#if form.asksForChange}}
<label class="check"><input type="checkbox" name="until" value="change">Tell us again when the check says something else</label>
{{/if}}
<button>Acknowledge</button>
</form>
{{/if}}
<footer>upalert</footer>
</main>
</body>
</html>
`)

export const pageHtml = (page: Page): string => frame({ ...page, choices: LASTS, most: FIELD_MOST })
