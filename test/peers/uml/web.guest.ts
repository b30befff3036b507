/** `guest web NAME PORT`: a web server that answers every request with its name, and says when it listens. */
import { createServer } from 'node:http'

const [name = 'web', portText = '8080'] = process.argv.slice(2)
createServer((_request, response) => {
  response.setHeader('connection', 'close')
  response.end(`${name}\n`)
}).listen(Number(portText), '::', () => console.log('ready'))
