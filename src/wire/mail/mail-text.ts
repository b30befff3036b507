/** The built-in words of a mail: Handlebars templates over AlertView. */

/** Characters of a subject; phones and terminals show about half of it. */
export const SUBJECT_LIMIT = 150

/** Characters of a mail whose words are given: a subject of keepalived's with two IPv6 addresses ends in its state. */
export const WRITTEN_LIMITS = { subject: 900, text: 262_144, html: 1_048_576 }

export const subjectTemplate = '{{word}} {{#unless combined}}{{key}}: {{/unless}}{{headline}}'

/** The failing hosts and what is left, indented by as much as `by`. */
const hostsAndPools = (by: string): string => `{{#if listed}}
${by}Failing now:
{{#each failing}}
${by}  {{host}} {{text}}
{{/each}}
{{#if more}}
${by}  and {{more}} more
{{/if}}

{{/if}}
{{#if pools}}
${by}{{#if up}}In use:{{else}}What is left:{{/if}}
{{#each pools}}
${by}  {{this}}
{{/each}}

{{/if}}
`

const commaSeparated = (list: string): string => `{{#each ${list}}}{{#unless @first}}, {{/unless}}{{this}}{{/each}}`

/** What stands in a column of its own, of one message. */
const lines = (by: string): string => `{{#if up}}
{{#if since}}
${by}Failed from:   {{since}}
{{/if}}
${by}Up again at:   {{at}}
{{#if traffic}}
${by}Traffic:       {{traffic}}
{{/if}}
{{else}}
{{#if since}}
${by}Failing since: {{since}}{{#if failures}} (failing checks in a row: {{failures}}){{/if}}
{{/if}}
${by}Decided at:    {{at}}
{{#if lastSuccess}}
${by}Last success:  {{lastSuccess}}
{{/if}}
{{#if remedy}}
${by}What ends it:  {{remedy}}
{{/if}}
{{/if}}
{{#if trap}}
${by}Told by:       a trap
{{/if}}
{{#if acknowledged}}
${by}Acknowledged:  {{acknowledged}}
{{/if}}
{{#if others}}
${by}Also told:     ${commaSeparated('others')}
{{/if}}
{{#if because}}
${by}Sent because:  {{because}}
{{/if}}
`

const combinedText = `{{word}}
{{headline}}

{{#if others}}
Also told:     ${commaSeparated('others')}
{{/if}}
{{#if because}}
Sent because:  {{because}}
{{/if}}
{{#each members}}

{{word}} {{key}}{{#if description}} ({{description}}){{/if}}
  {{headline}}

${hostsAndPools('  ')}${lines('  ')}{{#if said}}
  {{#if up}}Last failure: {{else}}Monitor said: {{/if}} {{said}}
{{/if}}
{{#if ackLink}}
  Acknowledge:   {{ackLink}}
{{/if}}
  Why:           {{whyCommand}}
{{/each}}
{{#if omitted}}

And {{omitted}} more, which this mail does not tell: upalert log --alerts
{{/if}}

-- 
upalert on {{director}}, message {{id}}
`

const singleText = `{{word}} {{key}}{{#if description}} ({{description}}){{/if}}
{{headline}}

${hostsAndPools('')}${lines('')}Hosts checked: {{hosts}}
{{#if said}}
{{#if up}}Last failure: {{else}}Monitor said: {{/if}} {{said}}
{{/if}}
{{#if ackLink}}
Acknowledge:   {{ackLink}}
{{/if}}
{{#if detail}}

{{#if up}}The last failure's output:{{else}}The monitor's output:{{/if}}
{{detail}}
{{/if}}

-- 
upalert on {{director}}, message {{id}}
Why it was sent: {{whyCommand}}
`

export const textTemplate = `{{#if combined}}\n${combinedText}{{else}}\n${singleText}{{/if}}\n`
