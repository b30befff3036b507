/**
 * The text in what a telnet server sends, and the answers to its negotiation: every option is refused, so that a plain
 * terminal is left, on which a prompt appears.
 * Source: RFC 854 (commands, CR LF and CR NUL), RFC 855 (options and subnegotiation), RFC 1143 §7 (refusing without end).
 */
import { latin1 } from './lines.ts'

const IAC = 255
const DONT = 254
const DO = 253
const WONT = 252
const WILL = 251
const SB = 250
const SE = 240
const CR = 13
const LF = 10
const NUL = 0

/** Each offer costs an answer; a server that offers without end gets none behind these. */
export const MOST_ANSWERS = 1024

/** Between two bytes: what the bytes before have begun. */
type State = 'text' | 'cr' | 'iac' | 'will' | 'do' | 'ignored-option' | 'subnegotiation' | 'subnegotiation-iac'

export class TelnetReader {
  private state: State = 'text'
  private answers = 0

  /** The text in these bytes, line ends as LF, and the bytes to answer. */
  feed(bytes: Uint8Array): { readonly text: string; readonly answer: Uint8Array } {
    const text = new Uint8Array(bytes.length + 1)
    const answer: number[] = []
    let length = 0
    const put = (byte: number): void => {
      text[length] = byte
      length += 1
    }
    for (const byte of bytes) {
      switch (this.state) {
        case 'cr':
          // CR LF ends a line, CR NUL is a CR, and so is one before anything else.
          if (byte !== LF) put(CR)
          this.state = 'text'
          if (byte !== NUL) this.plain(byte, put)
          break
        case 'text':
          this.plain(byte, put)
          break
        case 'iac':
          this.state = behindIac(byte)
          if (byte === IAC) put(IAC)
          break
        case 'will':
        case 'do':
          this.refuse(this.state === 'will' ? DONT : WONT, byte, answer)
          this.state = 'text'
          break
        case 'ignored-option':
          this.state = 'text'
          break
        case 'subnegotiation':
          if (byte === IAC) this.state = 'subnegotiation-iac'
          break
        case 'subnegotiation-iac':
          this.state = byte === SE ? 'text' : 'subnegotiation'
      }
    }
    return { text: latin1(text.subarray(0, length)), answer: Uint8Array.from(answer) }
  }

  private plain(byte: number, put: (byte: number) => void): void {
    if (byte === IAC) this.state = 'iac'
    else if (byte === CR) this.state = 'cr'
    else put(byte)
  }

  private refuse(refusal: number, option: number, answer: number[]): void {
    if (this.answers >= MOST_ANSWERS) return
    this.answers += 1
    answer.push(IAC, refusal, option)
  }
}

/** WONT and DONT agree with us already, so nothing is said to them. Other commands have no option behind them. */
function behindIac(byte: number): State {
  if (byte === WILL) return 'will'
  if (byte === DO) return 'do'
  if (byte === WONT || byte === DONT) return 'ignored-option'
  return byte === SB ? 'subnegotiation' : 'text'
}
