/**
 * Inside the guest, in the client's namespace: every example of config/examples at once, in one daemon. Clients keep
 * asking every virtual server while the stand-in of one of its real servers fails and returns; the shops never fail.
 */
import assert from 'node:assert/strict'
import { next, startDaemon, table, until } from './director.ts'
import { DIRECTOR, real } from './farm.ts'
import { EXAMPLES } from './forwarding.farm.ts'
import { machines } from './forwarding.servers.ts'
import { answers, failed, keepVisiting } from './visits.ts'

/** The file, which real server's stand-in fails, and the table's rows of it and of the other. */
interface Method {
  readonly name: keyof typeof EXAMPLES
  readonly failing: string
  readonly others: string
  readonly row: string
  readonly otherRow: string
}

const row = (number: number, port: number, flag: string) => `${real(number).address}:${port} ${flag} -w 1`
const row6 = (number: number, port: number, flag: string) => `[${real(number).address6}]:${port} ${flag} -w 1`
const two = (name: Method['name'], first: number, line: (number: number) => string): Method => ({
  ...{ name, failing: real(first + 1).name, others: real(first).name },
  ...{ row: line(first + 1), otherRow: line(first) },
})

const METHODS: readonly Method[] = [
  two('nat', 1, (number) => row(number, 80, '-m')),
  two('nat-remap', 1, (number) => row(number, 8080, '-m')),
  two('nat6', 1, (number) => row6(number, 8080, '-m')),
  two('dr', 3, (number) => row(number, 80, '-g')),
  two('dr6', 3, (number) => row6(number, 80, '-g')),
  two('tun', 5, (number) => `${row(number, 80, '-i')} --tun-type ipip`),
  {
    ...{ name: 'local', failing: DIRECTOR, others: 'real1' },
    // ipvsadm has no flag for it: the kernel takes whatever leads to the director itself as local.
    ...{ row: `${EXAMPLES.local}:80 -g -w 1`, otherRow: row(1, 80, '-m') },
  },
]

const FAILING = [...new Set(METHODS.map(({ failing }) => failing))]
/** Requests of each client after a change, before it is said that none of them failed. */
const ENOUGH = 6
/** One slow processor serves all of these clients and servers, in milliseconds. */
const BREATH = 100

/** Whoever looks while somebody else does shares the look: a process costs much in the guest. */
let looking: ReturnType<typeof table> | null = null

for (const { shop, standIn } of Object.values(machines)) {
  shop.start()
  standIn.start()
}
const daemon = await startDaemon('forwarding.cf')

const serviceOf = ({ name }: Method) => `-t ${EXAMPLES[name].includes(':') ? `[${EXAMPLES[name]}]` : EXAMPLES[name]}:80`
const urlOf = ({ name }: Method) => `http://${EXAMPLES[name].includes(':') ? `[${EXAMPLES[name]}]` : EXAMPLES[name]}/`
const others = (method: Method) => (lines: readonly string[]) => lines.length === 1 && lines[0] === method.otherRow

for (const method of METHODS) {
  await next(`${method.name} serves`, async () => {
    const lines = await until(`${method.name} has both real servers`, async () => {
      const found = await rows(method)
      return found.length === 2 && found
    })
    assert(lines.includes(method.otherRow), lines.join('\n'))
    assert(lines.includes(method.row), lines.join('\n'))
    assert.deepEqual(await answers(urlOf(method), 4), { [method.failing]: 2, [method.others]: 2 })
    return lines
  })
}

const visitors = new Map(METHODS.map((method) => [method, keepVisiting(urlOf(method), BREATH)]))
const gone = new Map<Method, number>()
await Promise.all(FAILING.map((name) => machines[name]?.standIn.kill()))

const looksFor = (word: string, look: (method: Method) => unknown) =>
  Promise.all(METHODS.map((method) => next(`${method.name} ${word}`, () => look(method))))

await looksFor('out', async (method) => {
  await until(`only ${method.others} is left`, async () => others(method)(await rows(method)))
  gone.set(method, performance.now())
  await servedBy(method, [method.others])
})

for (const name of FAILING) machines[name]?.standIn.start()

await looksFor('back', async (method) => {
  await until('both are there again', async () => (await rows(method)).length === 2)
  await servedBy(method, [method.failing, method.others].sort())
  const visits = (await visitors.get(method)?.stop()) ?? []
  // The kernel drops the packets of a connection whose entry is deleted: the one request of this client that may have
  // been under way at that moment. ("on_fail drain" spares it.)
  const lost = visits.filter(failed)
  const after = gone.get(method) ?? 0
  assert(lost.length <= 1 && lost.every(({ started }) => started < after), JSON.stringify({ lost, after }))
  return { requests: visits.length, lost: lost.length }
})

await next('reasons', async () => {
  const entries = (await daemon.log()).filter((entry) => entry.kind === 'real' && entry.reason === 'down')
  return entries.map((entry) => entry.sentence)
})

daemon.send('SIGTERM')
assert.equal(await daemon.ended, 0)
process.exit(0)

/** The rows of its virtual server. */
async function rows(method: Method): Promise<readonly string[]> {
  looking ??= table().finally(() => {
    looking = null
  })
  const start = `-a ${serviceOf(method)} -r `
  return (await looking).filter((line) => line.startsWith(start)).map((line) => line.slice(start.length))
}

/** From now on only these answer, and every request is answered. */
async function servedBy(method: Method, names: readonly string[]): Promise<void> {
  const from = performance.now()
  const visitor = visitors.get(method)
  assert(visitor !== undefined)
  const since = () => visitor.visits.filter(({ started }) => started > from)
  await until('clients went on', () => since().length >= ENOUGH)
  assert.deepEqual(since().filter(failed), [])
  assert.deepEqual([...new Set(since().map(({ answer }) => answer))].sort(), names)
}
