/** An operator's templates as files: read, checked, and replaced by ours where they do not serve. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readTemplates, readTemplatesNow, templateFaults } from '../../src/edge/mail/templates.ts'
import { htmlTemplate } from '../../src/wire/mail/mail-html.ts'
import { subjectTemplate, textTemplate } from '../../src/wire/mail/mail-text.ts'

function directory(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('the built-in templates, written to files, have no fault', async (t) => {
  const files = { 'mail.subject.hbs': subjectTemplate, 'mail.txt.hbs': textTemplate, 'mail.html.hbs': htmlTemplate }
  const folder = directory(t, files)
  assert.deepEqual(templateFaults(folder), [])
  assert.deepEqual(await readTemplates(folder), {
    subject: subjectTemplate,
    text: textTemplate,
    html: htmlTemplate,
    problems: [],
  })
})

const cases: readonly { name: string; files: Record<string, string | Uint8Array>; says: readonly RegExp[] }[] = [
  { name: 'a directory without any of them', files: { 'page.hbs': '{{x' }, says: [] },
  { name: 'one of them alone', files: { 'mail.txt.hbs': '{{key}}' }, says: [] },
  { name: 'an empty HTML', files: { 'mail.html.hbs': '' }, says: [] },
  { name: 'an empty text', files: { 'mail.txt.hbs': ' \n' }, says: [/mail\.txt\.hbs in \S+: it is empty/] },
  {
    name: 'a mistake',
    files: { 'mail.txt.hbs': '{{#if key}' },
    says: [/^the template mail\.txt\.hbs is not valid: what stands in .*, in \S+; mails go in the built-in words$/],
  },
  {
    name: 'an unknown name in a branch that is seldom taken',
    files: { 'mail.html.hbs': '{{#if traffic}}{{trafic}}{{/if}}' },
    says: [/there is no "trafic"; did you mean traffic\? \(line 1\)/],
  },
  {
    name: 'unescaped HTML',
    files: { 'mail.html.hbs': '<p>{{{summary}}}</p>' },
    says: [/let in what a server answered/],
  },
  { name: 'unescaped text, which is none', files: { 'mail.txt.hbs': '{{{summary}}}' }, says: [] },
  {
    name: 'bytes that are no UTF-8',
    files: { 'mail.txt.hbs': new Uint8Array([0x7b, 0xff]) },
    says: [/not written in UTF-8/],
  },
  { name: 'a huge file', files: { 'mail.txt.hbs': 'x'.repeat(300_000) }, says: [/too long for a template/] },
  {
    name: 'a name that nobody reads',
    files: { 'mail.text.hbs': 'x' },
    says: [/^mail\.text\.hbs is read by nobody; the templates of a mail are mail\.subject\.hbs, /],
  },
  {
    name: 'two mistakes',
    files: { 'mail.subject.hbs': '{{sub}}', 'mail.html.hbs': '{{> page}}' },
    says: [/mail\.subject\.hbs .*there is no "sub"/, /mail\.html\.hbs .*includes no other one/],
  },
]
for (const { name, files, says } of cases) {
  test(`${name}: ${says.length === 0 ? 'no fault' : 'said in words'}`, async (t) => {
    const folder = directory(t, files)
    const faults = templateFaults(folder)
    assert.equal(faults.length, says.length, faults.join('\n'))
    for (const [at, pattern] of says.entries()) assert.match(faults[at] ?? '', pattern)
    assert.deepEqual(await readTemplates(folder), readTemplatesNow(folder))
  })
}

for (const where of ['/nonexistent/templates', '/dev/null']) {
  test(`${where} is no directory, and is said to be none`, async () => {
    const says = `the directory of templates ${where} is not there or cannot be looked into`
    assert.deepEqual(templateFaults(where), [says])
    assert.deepEqual((await readTemplates(where)).problems, [says])
  })
}

test('no directory means the built-in templates and no fault', async () => {
  assert.deepEqual((await readTemplates('')).problems, [])
  assert.deepEqual(templateFaults(''), [])
})

test('a byte order mark and line ends of another system do not count', async (t) => {
  const folder = directory(t, { 'mail.txt.hbs': '\ufeffa\r\nb\r\n' })
  assert.equal((await readTemplates(folder)).text, 'a\nb\n')
})
