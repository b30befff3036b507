/** `guest visit URL COUNT`: asks one after the other, each on a connection of its own; prints the answers as a JSON list. */
import { visit } from './visits.ts'

const [url = '', countText = '1'] = process.argv.slice(2)
const answers: string[] = []
for (let count = 0; count < Number(countText); count += 1) answers.push(await visit(url))
console.log(JSON.stringify(answers))
