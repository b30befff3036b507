/** The built-in words of a mail: Handlebars templates over AlertView. */

/** Characters of a subject; phones and terminals show about half of it. */
export const SUBJECT_LIMIT = 150

/** Characters of a mail whose words are given: a subject of keepalived's with two IPv6 addresses ends in its state. */
export const WRITTEN_LIMITS = { subject: 900, text: 16_384 }

export const subjectTemplate = '{{word}} {{key}}: {{headline}}'

export const textTemplate = `{{word}} {{key}}{{#if description}} ({{description}}){{/if}}
{{headline}}

{{#if listed}}
Failing now:
{{#each failing}}
  {{host}} {{text}}
{{/each}}
{{#if more}}
  and {{more}} more
{{/if}}

{{/if}}
{{#if pools}}
What is left:
{{#each pools}}
  {{this}}
{{/each}}

{{/if}}
{{#if up}}
{{#if since}}
Failed from:   {{since}}
Up again at:   {{at}}
{{else}}
Up again at:   {{at}}
{{/if}}
{{else}}
{{#if since}}
Failing since: {{since}}{{#if failures}} (failing checks in a row: {{failures}}){{/if}}
{{/if}}
Decided at:    {{at}}
{{#if lastSuccess}}
Last success:  {{lastSuccess}}
{{/if}}
{{/if}}
{{#if trap}}
Told by:       a trap
{{/if}}
{{#if acknowledged}}
Acknowledged:  {{acknowledged}}
{{/if}}
Hosts checked: {{hosts}}
{{#if said}}
{{#if up}}Last failure: {{else}}Monitor said: {{/if}} {{said}}
{{/if}}
{{#if detail}}

{{#if up}}The last failure's output:{{else}}The monitor's output:{{/if}}
{{detail}}
{{/if}}

-- 
upalert on {{director}}, message {{id}}
Why it was sent: upalert why {{subject}}
`
