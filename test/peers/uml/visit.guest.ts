/** `guest visit URL COUNT`: asks one after the other, each on a connection of its own; prints the answers as a JSON list. */
import { get } from 'node:http'

/** Nothing in the guest is far away; an answer that takes this long will not come. */
const TIMEOUT = 5_000

const [url = '', countText = '1'] = process.argv.slice(2)
const answers: string[] = []
for (let count = 0; count < Number(countText); count += 1) answers.push(await visit())
console.log(JSON.stringify(answers))

function visit(): Promise<string> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8')
      })
      response.on('end', () => resolve(body.trim()))
      response.on('error', (error) => resolve(`failed: ${error.message}`))
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error) => resolve(`failed: ${error.message}`))
  })
}
