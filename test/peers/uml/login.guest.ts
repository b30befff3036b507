/** `guest login NAME`: greets every caller on port 23 as telnetd does, and waits for what is typed. */
import { createServer } from 'node:net'

const [name = 'real'] = process.argv.slice(2)
createServer((socket) => {
  socket.on('error', () => socket.destroy())
  socket.write(`${name} login: `)
}).listen(23, '0.0.0.0', () => console.log('ready'))
