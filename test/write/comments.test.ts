/** Where the comments of a file stand in the text that is made of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Loss, Part } from '../../src/parse/director/part.ts'
import { parseKeepalived } from '../../src/parse/keepalived/parse.ts'
import { resolveKeepalived } from '../../src/parse/keepalived/resolve.ts'
import type { Format } from '../../src/parse/recognise.ts'
import { withComments } from '../../src/write/comments.ts'
import { keepalivedText as keepalivedOf } from '../../src/write/keepalived/keepalived-text.ts'
import { monText } from '../../src/write/mon/mon-text.ts'
import { sourceLines } from '../../src/write/source-lines.ts'
import { textOf, type WrittenLine } from '../../src/write/written.ts'
import { resolved as understoodLdirectord } from '../parse/ldirectord/world.ts'
import { resolved as understoodLvs } from '../parse/lvs/world.ts'
import { ldirectordText, lvsText } from './director-texts.ts'
import { keepalivedText } from './keepalived-texts.ts'
import { base, modelOfPart, modules } from './world.ts'

/** Lines of what is written: `12>  text`, made of line 12, indented as deep as it stands. */
function written(text: string): WrittenLine[] {
  return text.split('\n').map((line) => {
    const [, number, blanks = '', rest = ''] = /^(?:(\d+)>)?( *)(.*)$/.exec(line) ?? []
    const place = number === undefined ? null : { file: 'f', line: Number(number), column: 1 }
    return { text: rest, place, depth: blanks.length }
  })
}

interface Told {
  readonly losses?: readonly Loss[]
  readonly trailing?: boolean
}

function placed(text: string, format: Format, lines: string, { losses = [], trailing = false }: Told = {}): string {
  const found = withComments(written(lines), [{ file: 'f', text, format }], losses, { trailing })
  return found.map(({ text: own, depth }) => `${' '.repeat(own === '' ? 0 : depth)}${own}`).join('\n')
}

const vectors: readonly (readonly [name: string, format: Format, text: string, lines: string, is: string])[] = [
  ['above its line', 'lvs', 'a\n# about b\nb', '1>a\n3>b', 'a\n# about b\nb'],
  ['above its block', 'keepalived', 'a\n! about b\nb {\n}', '1>a\n\n3>b', 'a\n\n# about b\nb'],
  ['of the whole file', 'keepalived', '! the file\n\nglobals {\n}\nb {\n}', '5>b', '# the file\n\nb'],
  ['beside its line', 'keepalived', 'b {\n x # about x\n}', '1>b\n2> x', 'b\n # about x\n x'],
  ['beside a line that is gone', 'keepalived', 'b {\n y 3 # about y\n}', '1>b\n x', 'b\n # y 3: about y\n x'],
  ['about a line that is gone', 'keepalived', 'b {\n # about y\n y\n x\n}', '1>b\n4> x', 'b\n # about y\n x'],
  ['at the end of a block', 'keepalived', 'b {\n x\n # end\n}\nc', '1>b\n2> x\n5>c', 'b\n x\n # end\nc'],
  ['in a block of which nothing is left', 'keepalived', 'a\nv {\n # in v\n}\nb', '1>a\n5>b', 'a\n\n# in v\n\nb'],
  ['in an empty block', 'keepalived', 'b {\n # in b\n}\nc', '1>b\n4>c', '# in b\nb\nc'],
  [
    'in a service, at the left',
    'ldirectord',
    'virtual=1\n x\n# off\n y\n# z\nz=1',
    '1>v\n2> x\n4> y\n6>z',
    'v\n x\n # off\n y\n# z\nz',
  ],
  ['behind a line of a service', 'ldirectord', 'virtual=1\n x=1#one\n', '1>v\n2> x', 'v\n #one\n x'],
  ['behind a global line', 'ldirectord', 'x=a#b # c', '1>x', '# c\nx'],
  [
    'in a watch',
    'mon',
    'watch w\n  # s\n  service s\n    # m\n    monitor m\n\n# h\nhostgroup h',
    '1>w\n3> s\n5>  m\n8>h',
    'w\n # s\n s\n  # m\n  m\n\n# h\nh',
  ],
  ['no comment: in quotes', 'keepalived', 'a "#x"\nb', '1>a\n2>b', 'a\nb'],
  [
    'of a failover section',
    'lvs',
    'virtual a {\n}\n# f\nfailover f {\n # in f\n}\nvirtual b {\n}',
    '1>a\n\n7>b',
    'a\n\n# f\n# in f\n\nb',
  ],
  [
    'of the whole file, of which a check is made',
    'ldirectord',
    '# all\nemailalert=x\nvirtual=1\n x',
    'w\n s\n2>  p\n\n3>v\n4> x',
    '# all\n\nw\n s\n  p\n\nv\n x',
  ],
  [
    'in a virtual server whose check stands elsewhere',
    'lvs',
    'virtual a {\n # what is sent\n send = "x"\n server s {\n }\n}',
    'w\n3> s\n\n1>a\n 2\n4> r',
    'w\n s\n\na\n # what is sent\n 2\n r',
  ],
  [
    'about all servers',
    'lvs',
    'virtual a {\n # what is sent\n send = "x"\n server s {\n }\n}',
    '1>a\n x\n\n4> r\n3>  c',
    'a\n # what is sent\n x\n\n r\n  c',
  ],
  ['at the end, behind empty lines in a block', 'lvs', 'a {\n}\n# end', '1>a\n x\n \n y\n}', 'a\n x\n\n y\n}\n\n# end'],
  ['with carriage returns', 'lvs', '# a\rb\r\n# c\r\nc', '2>b\n4>c', '# a\nb\n# c\nc'],
]
for (const [name, format, text, lines, is] of vectors) {
  test(`a comment ${name} of ${format} stays where it belongs`, () => assert.equal(placed(text, format, lines), is))
}

test('a format with comments behind text keeps them there', () => {
  assert.equal(placed('b {\n x # one\n}', 'keepalived', '1>b\n2> x', { trailing: true }), 'b\n x # one')
})

test('what is lost stands where it stood', () => {
  const losses = [{ place: { file: 'f', line: 2, column: 2 }, text: 'y 3', why: 'nobody does that' }]
  assert.equal(
    placed('b {\n y 3 # three\n x\n}', 'keepalived', '1>b\n3> x', { losses }),
    'b\n # y 3: not converted; nobody does that\n # y 3: three\n x',
  )
})

/** Comments with numbers, above and behind lines, and the virtual_server that each stands in. */
const remarked = fc.tuple(keepalivedText, fc.infiniteStream(fc.nat(5))).map(([text, chance]) => {
  const lines: string[] = []
  const inside = new Map<string, string | null>()
  let server: string | null = null
  let depth = 0
  let count = 0
  const next = () => chance.next().value ?? 0
  for (const line of text.split('\n')) {
    if (next() === 0) {
      count += 1
      inside.set(`remark-${count}.`, server)
      lines.push(`! remark-${count}.`)
    }
    const head = /^virtual_server (?!_)(.*) \{$/.exec(line)?.[1] ?? null
    if (head !== null && depth === 0) server = head
    const before = server
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
    if (depth === 0) server = null
    if (line !== '' && next() === 0) {
      count += 1
      inside.set(`remark-${count}.`, head === null ? (before ?? server) : null)
      lines.push(`${line} # remark-${count}.`)
    } else lines.push(line)
  }
  return { text: lines.join('\n'), inside }
})

/** Every comment once, and none in the block of another virtual server. */
test('no comment of a keepalived.conf is lost, doubled, or moved to another virtual server', () => {
  fc.assert(
    fc.property(remarked, ({ text, inside }) => {
      const file = 'keepalived.conf'
      const part = resolveKeepalived(parseKeepalived({ file, text }, { id: 'host1' }), {
        ...modules,
        scriptAccount: null,
      })
      if (part.problems.some(({ severity }) => severity === 'error')) return
      const { lines } = monText(modelOfPart(part), { modules, base })
      const found = textOf({
        lines: withComments(lines, [{ file, text, format: 'keepalived' }], [], { trailing: false }),
      })
      const names = new Map(part.virtuals.map(({ place, name }) => [place.line, name]))
      const servers = new Map<string, string>()
      for (const [i, line] of text.split('\n').entries()) {
        const head = /^virtual_server (.*?) \{/.exec(line)?.[1]
        const name = names.get(i + 1)
        if (head !== undefined && name !== undefined) servers.set(head, name)
      }
      const blocks = found.split('\n\n')
      for (const [remark, server] of inside) {
        const holding = blocks.filter((block) => block.includes(remark))
        assert.equal(found.split(remark).length, 2, `${remark}\n${text}\n${found}`)
        const [, virtual] = /^virtual (\S+)/m.exec(holding[0] ?? '') ?? []
        const ahead = holding[0]?.split(/^virtual /m)[0]?.includes(remark) === true
        if (server === null || virtual === undefined || ahead || !servers.has(server)) continue
        assert.equal(virtual, servers.get(server), `${remark}\n${text}\n${found}`)
      }
    }),
    { numRuns: 200 },
  )
})

type Understand = (text: string) => Part

const formats: readonly (readonly [
  format: Format,
  texts: fc.Arbitrary<string>,
  understand: Understand,
  heads: RegExp,
])[] = [
  ['lvs', lvsText, (text) => understoodLvs(text, 'f'), /^virtual (\w+) \{/],
  ['ldirectord', ldirectordText, (text) => understoodLdirectord(text, 'f'), /^virtual=(\S+)/],
]

/** A number above each line, and what block it stands in by the indentation, the braces, or whatever comes behind it. */
function numbered(text: string, format: Format, heads: RegExp) {
  const lines: string[] = []
  const homes: (number | null)[] = []
  let home: number | null = null
  let depth = 0
  for (const [i, line] of text.trimEnd().split('\n').entries()) {
    const opens = heads.test(line)
    if (opens) home = null
    if (format === 'ldirectord' && !/^\s/.test(line)) home = null
    lines.push(`${/^\s/.exec(line)?.[0] ?? ''}# remark-${i}.`, line)
    homes.push(home)
    if (opens) home = lines.length
    if (format === 'ldirectord') continue
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
    if (depth === 0) home = null
  }
  return { text: `${lines.join('\n')}\n`, homes }
}

for (const [format, texts, understand, heads] of formats) {
  for (const target of ['mon', 'keepalived'] as const) {
    test(`no comment of a file of ${format} moves into another virtual server, or into one, as ${target}`, () => {
      let used = 0
      fc.assert(
        fc.property(texts, (plain) => {
          const { text, homes } = numbered(plain, format, heads)
          const part = understand(text)
          if (part.problems.some(({ severity }) => severity === 'error') || part.virtuals.length === 0) return
          used += 1
          const model = modelOfPart(part)
          const losses = [{ place: { file: 'f', line: 2, column: 1 }, text: 'of all', why: 'so' }]
          const made = target === 'mon' ? monText(model, { modules, base, dormant: part.dormant }) : keepalivedOf(model)
          const lines = withComments(made.lines, [{ file: 'f', text, format }], losses, { trailing: false })
          let pool: number | null = null
          const found = new Map<string, (number | null)[]>()
          for (const line of lines) {
            if (line.depth === 0 && line.text !== '') pool = line.pool === true ? (line.place?.line ?? null) : null
            const [, name] = /^# (remark-\d+\.|of all)/.exec(line.text) ?? []
            if (name !== undefined) found.set(name, [...(found.get(name) ?? []), line.depth === 0 ? null : pool])
          }
          for (const [i, home] of homes.entries()) {
            const where = found.get(`remark-${i}.`)
            assert.equal(where?.length, 1, `remark-${i}.\n${text}\n${textOf({ lines })}`)
            const [at = null] = where ?? []
            assert.ok(at === null || at === home, `remark-${i}.\n${text}\n${textOf({ lines })}`)
          }
          if (!heads.test(text.split('\n')[1] ?? '')) assert.deepEqual(found.get('of all'), [null])
        }),
        { numRuns: 200 },
      )
      assert.ok(used > 20, `${used}`)
    })
  }
}

test('comments of any text are each found once', () => {
  const line = fc.constantFrom(
    'a {',
    '}',
    ' # c',
    '#c',
    'x = 1 # d',
    'virtual = 1',
    '  y',
    '',
    'watch w',
    'service s',
    'b "# e"',
  )
  const formats = fc.constantFrom<Format>('keepalived', 'lvs', 'ldirectord', 'mon')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), formats, (lines, format) => {
      const text = lines.join('\n')
      const { lines: found, blocks } = sourceLines(text, format)
      assert.equal(found.length, Math.max(1, lines.length))
      for (const { block } of found) assert.ok(block < blocks.length)
      const comments = found.filter(({ comment }) => comment !== null).length
      const result = withComments([], [{ file: 'f', text, format }], [], { trailing: false })
      assert.equal(result.filter((one) => one.text !== '').length, comments)
    }),
  )
})

/** There is no clock in this test: what is not linear in a quarter of a megabyte does not end before the runner's limit. */
const SIZE = 256 * 1024
const units: readonly string[] = [
  '# c\n',
  'a {\n',
  '}\n',
  '{ ',
  'a { # c\n}\n',
  '" ',
  '\\#',
  'virtual=1\n x # y\n',
  '\r',
  'watch w\nservice s # c\n',
  ' ',
  'x = "#\n',
  '!',
]
for (const format of ['keepalived', 'lvs', 'ldirectord', 'mon'] as const) {
  test(`a quarter of a megabyte of anything in a file of ${format} keep their comments`, () => {
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(SIZE / unit.length))
      const { lines } = sourceLines(text, format)
      const comments = lines.filter(({ comment }) => comment !== null).length
      const made = lines
        .slice(0, 1000)
        .map((_, i) => ({ text: 'x', place: { file: 'f', line: i + 1, column: 1 }, depth: i % 3 }))
      const result = withComments(made, [{ file: 'f', text, format }], [], { trailing: false })
      assert.equal(result.filter((line) => line.text !== '' && line.text !== 'x').length, comments)
    }
  })
}
