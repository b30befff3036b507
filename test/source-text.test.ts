import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsOf, readSource } from './source-text.ts'

const bareVectors = [
  { name: 'a comment', text: "a // it's\nb", bare: 'a        \nb' },
  { name: 'a comment over two lines', text: 'a /* x\ny */ b', bare: 'a     \n     b' },
  { name: 'slashes in a string', text: "a('//x') // y", bare: "a('   ')     " },
  { name: 'an escaped quote', text: String.raw`'a\'b' + c`, bare: "'    ' + c" },
  { name: 'a quote in a regular expression', text: "x = /'[/]/ + y", bare: 'x = /    / + y' },
  { name: 'a division', text: 'a / b / c', bare: 'a / b / c' },
  { name: 'code within a template', text: `\`await \${now()} x\` + b`, bare: '`       {now()}  ` + b' },
  { name: 'an object within a template', text: `\`\${f({a: 1})}\` + b`, bare: '` {f({a: 1})}` + b' },
  { name: 'a template within a template', text: `\`a\${\`b\${c}d\`}e\` + f`, bare: '`  {`  {c} `} ` + f' },
]
for (const { name, text, bare } of bareVectors) {
  test(`${name} is told from code`, () => assert.equal(readSource(text).bare, bare))
}

const importVectors = [
  { text: "import a from './a.ts'", found: [{ from: './a.ts', line: 1, typeOnly: false }] },
  { text: "\nimport type { A } from './a.ts'", found: [{ from: './a.ts', line: 2, typeOnly: true }] },
  { text: "import {\n  a,\n  type B,\n} from './a.ts'", found: [{ from: './a.ts', line: 1, typeOnly: false }] },
  { text: "import './a.ts'", found: [{ from: './a.ts', line: 1, typeOnly: false }] },
  { text: "import * as a from 'a'", found: [{ from: 'a', line: 1, typeOnly: false }] },
  { text: "export { a } from './a.ts'", found: [{ from: './a.ts', line: 1, typeOnly: false }] },
  { text: "export type * from './a.ts'", found: [{ from: './a.ts', line: 1, typeOnly: true }] },
  { text: "const a = await import('./a.ts')", found: [{ from: './a.ts', line: 1, typeOnly: false }] },
  { text: "// import './a.ts'", found: [] },
  { text: "export const a = 'b'", found: [] },
  { text: "export type A = 'b' | 'c'", found: [] },
  { text: "export function from() { return 'b' }", found: [] },
]
for (const { text, found } of importVectors) {
  test(`the imports of ${JSON.stringify(text)} are found`, () => assert.deepEqual(importsOf(readSource(text)), found))
}
