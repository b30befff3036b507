/**
 * The built-in HTML part of a mail: a plain table that a phone can show, light or dark, without anything to fetch or run.
 * A Handlebars template over AlertView, in which every value is escaped. The colour of the first line repeats the word
 * that stands in it, so that nothing is said by colour alone.
 * Source: what mail programs keep of a style sheet differs; without any of it the page is still in order.
 */

const style = `:root { color-scheme: light dark; }
body { margin: 0; padding: 12px; font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; color: #1b1b1b; background: #ffffff; }
main { max-width: 680px; }
h1 { margin: 0 0 4px; padding: 8px 10px; font-size: 17px; border-left: 6px solid #5b6470; background: #eef0f2; overflow-wrap: anywhere; }
h1.critical { border-color: #c01c28; background: #fdecec; }
h1.ok { border-color: #1a7f37; background: #e8f6ec; }
h2 { margin: 20px 0 4px; font-size: 15px; overflow-wrap: anywhere; }
h2.critical, h2.ok, h2.info { padding: 2px 0 2px 8px; border-left: 4px solid #5b6470; }
h2.critical { border-color: #c01c28; }
h2.ok { border-color: #1a7f37; }
p { margin: 8px 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 3px 10px 3px 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; width: 9em; }
ul { margin: 0; padding: 0; list-style: none; }
pre { margin: 4px 0; padding: 8px; background: #f4f5f6; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.4 ui-monospace, Consolas, monospace; }
.foot { margin-top: 16px; color: #5b6470; font-size: 13px; }
.warning { padding: 8px 10px; border: 1px solid #9a6700; }
@media (max-width: 480px) {
  th, td { display: block; width: auto; padding: 0; }
  th { padding-top: 8px; font-size: 13px; }
}
@media (prefers-color-scheme: dark) {
  body { color: #e6e6e6; background: #16181b; }
  h1 { background: #262a2f; }
  h1.critical { border-color: #ff6b70; background: #3a1d20; }
  h1.ok { border-color: #4ac26b; background: #16301f; }
  h2.critical { border-color: #ff6b70; }
  h2.ok { border-color: #4ac26b; }
  pre { background: #22262b; }
  a { color: #7ab7ff; }
  .foot { color: #a0a8b2; }
}
`

const row = (label: string, value: string): string => `<tr><th scope="row">${label}</th><td>${value}</td></tr>\n`
const rowIf = (piece: string, label: string, value = `{{${piece}}}`): string =>
  `{{#if ${piece}}}\n${row(label, value)}{{/if}}\n`
const list = (piece: string, item: string, last = ''): string =>
  `<ul>{{#each ${piece}}}<li>${item}</li>{{/each}}${last}</ul>`

/** Above the table: on a phone nobody has to look for it. */
const acknowledge = `{{#if ackLink}}
<p><a href="{{ackLink}}">Acknowledge it</a> (the link can be used once)</p>
{{/if}}
`

/** The table of one message. */
const table = `<table>
${rowIf('listed', 'Failing now', list('failing', '{{host}} {{text}}', '{{#if more}}<li>and {{more}} more</li>{{/if}}'))}${rowIf('pools', '{{#if up}}In use{{else}}What is left{{/if}}', list('pools', '{{this}}'))}{{#if up}}
${rowIf('since', 'Failed from')}${row('Up again at', '{{at}}')}${rowIf('lasted', 'Lasted')}${rowIf('traffic', 'Traffic')}{{else}}
${rowIf('since', 'Failing since', '{{since}}{{#if failures}} (failing checks in a row: {{failures}}){{/if}}')}${row('Decided at', '{{at}}')}${rowIf('lastSuccess', 'Last success')}${rowIf('remedy', 'What ends it')}{{/if}}
{{#if trap}}
${row('Told by', 'a trap')}{{/if}}
${rowIf('acknowledged', 'Acknowledged')}${rowIf('others', 'Also told', list('others', '{{this}}'))}${rowIf('because', 'Sent because')}${rowIf('hosts', 'Hosts checked')}${rowIf('said', '{{#if up}}Last failure{{else}}Monitor said{{/if}}')}${row('Why', '<code>{{whyCommand}}</code>')}</table>
`

const single = `<h1 class="{{severity}}">{{word}} {{key}}</h1>
{{#if description}}
<p>{{description}}</p>
{{/if}}
<p><strong>{{headline}}</strong></p>
${acknowledge}${table}{{#if detail}}
<h2>{{#if up}}The last failure's output{{else}}The monitor's output{{/if}}</h2>
<pre>{{detail}}</pre>
{{/if}}
`

const combined = `<h1 class="{{severity}}">{{word}}: {{headline}}</h1>
<table>
${rowIf('others', 'Also told', list('others', '{{this}}'))}${rowIf('because', 'Sent because')}</table>
{{#each members}}
<h2 class="{{severity}}">{{word}} {{key}}{{#if description}} ({{description}}){{/if}}</h2>
<p>{{headline}}</p>
${acknowledge}${table}{{/each}}
{{#if omitted}}
<p>And {{omitted}} more, which this mail does not tell: <code>upalert log --alerts</code></p>
{{/if}}
`

export const htmlTemplate = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{word}} {{key}}</title>
<style>
${style}</style>
</head>
<body>
<main>
{{#if combined}}
${combined}{{else}}
${single}{{/if}}
<p class="foot">upalert on {{director}}, message {{id}}</p>
</main>
</body>
</html>
`
