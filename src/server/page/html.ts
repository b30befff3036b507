/** The words and the looks of the page that a link in a message opens. Whatever it shows is escaped: it may be hostile. */
import Handlebars from 'handlebars'

/** Our own instance, which escapes as HTML by default. */
const handlebars = Handlebars.create()

const frame = handlebars.compile(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{title}}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 34rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; }
.bad { color: #b00020; } .good { color: #1b7a3d; }
@media (prefers-color-scheme: dark) { .bad { color: #ff8a80; } .good { color: #81c995; } }
label { display: block; margin: 1rem 0 .2rem; }
input, select, button { font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; }
button { margin-top: 1.2rem; font-weight: 600; }
dt { font-weight: 600; } dd { margin: 0 0 .6rem; }
</style>
</head>
<body>
<h1 class="{{tone}}">{{title}}</h1>
{{#if facts}}<dl>{{#each facts}}<dt>{{name}}</dt><dd>{{text}}</dd>{{/each}}</dl>{{/if}}
{{#if text}}<p>{{text}}</p>{{/if}}
{{#if form}}
<form method="post">
<label for="who">Your name</label><input id="who" name="who" maxlength="60" autocomplete="name">
<label for="comment">What the others should know</label><input id="comment" name="comment" maxlength="300">
<label for="lasts">For how long</label>
<select id="lasts" name="lasts">
<option value="">until it has recovered</option>
<option value="30m">30 minutes, then tell us again</option>
<option value="2h">2 hours, then tell us again</option>
<option value="8h">8 hours, then tell us again</option>
</select>
<button>Acknowledge</button>
</form>
{{/if}}
</body>
</html>
`)

export interface Page {
  readonly title: string
  readonly tone: 'bad' | 'good' | 'plain'
  readonly facts?: readonly { readonly name: string; readonly text: string }[]
  readonly text?: string
  /** Whether it can be acknowledged here. */
  readonly form?: boolean
}

export const pageHtml = (page: Page): string => frame(page)
