/**
 * `guest beside-farm ACT`: all real servers of an act in one process, in the farm's namespace. Each line of its input is
 * an Order; the answer is a line with the order's number when everything in it has come about.
 */
import { createInterface } from 'node:readline'
import type { Deed, Letter } from './scenario.ts'
import { address6Of, addressOf, LETTERS, place } from './scenario.ts'
import { actNamed } from './scenarios.ts'
import { type RealServer, realServer } from './servers.ts'

export interface Order {
  readonly number: number
  readonly port: number
  readonly deed: Deed
}

const servers = new Map<string, RealServer>()
for (const { servers: kinds = {}, port, family } of place(actNamed(process.argv[2]))) {
  for (const letter of LETTERS) {
    const kind = kinds[letter]
    if (kind === undefined) continue
    const address = family === 6 ? address6Of(letter) : addressOf(letter)
    servers.set(`${letter} ${port}`, realServer({ kind, address, port, name: letter }))
  }
}

function server(letter: Letter, port: number): RealServer {
  const found = servers.get(`${letter} ${port}`)
  if (found === undefined) throw new Error(`nothing serves port ${port} on ${letter}`)
  return found
}

async function obey({ port, deed }: Order): Promise<void> {
  for (const letter of LETTERS) {
    const health = deed.servers?.[letter]
    if (health !== undefined) await server(letter, port).become(health)
  }
  if (deed.wrongPages !== undefined) {
    for (const letter of LETTERS) servers.get(`${letter} ${port}`)?.wrongPages(deed.wrongPages)
  }
  if (deed.checked !== undefined) await server(deed.checked[0], port).checked(deed.checked[1])
  if (deed.wrongFor !== undefined) await server(deed.wrongFor[0], port).wrongFor(deed.wrongFor[1])
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order: Order = JSON.parse(line)
  obey(order).then(
    () => console.log(order.number),
    (error: Error) => console.log(`${order.number} failed: ${error.message}`),
  )
})
console.log('ready')
