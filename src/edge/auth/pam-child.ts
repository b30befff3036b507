/**
 * The process that asks PAM one question and ends. PAM modules are other people's code: they wait for networks and
 * fingers, start programs, leave things behind; none of that may happen inside the daemon.
 * The question comes on standard input, the answer leaves on descriptor 3; modules may write to the others what they like.
 * Source: pam_start(3), pam_conv(3), pam_authenticate(3), pam_acct_mgmt(3); numbers from security/_pam_types.h (Linux-PAM).
 */
import { readFileSync, writeSync } from 'node:fs'
import koffi, { type LibraryHandle } from 'koffi'
import { libc } from '../libc.ts'
import { endWithParent } from './end-with-parent.ts'
import { isPamQuestion, type PamAnswer, type PamQuestion } from './pam-words.ts'

const PAM_SUCCESS = 0
const PAM_BUF_ERR = 5
const PAM_CONV_ERR = 19
const PAM_RHOST = 4
const PAM_SILENT = 0x8000
const PAM_DISALLOW_NULL_AUTHTOK = 1
const PAM_PROMPT_ECHO_OFF = 1
const PAM_PROMPT_ECHO_ON = 2
/** PAM_MAX_NUM_MSG */
const MOST_MESSAGES = 32
/** struct pam_response: a pointer, an int, padding. */
const RESPONSE_BYTES = 16
const POINTER_BYTES = 8

const calloc = libc.func('void *calloc(size_t count, size_t size)')
const strdup = libc.func('void *strdup(const void *text)')

endWithParent()
writeSync(3, JSON.stringify(answer()))

function answer(): PamAnswer {
  const question: unknown = JSON.parse(readFileSync(0, 'utf8'))
  if (!isPamQuestion(question)) return { kind: 'failed', text: 'the question to PAM is garbled' }
  let pam: LibraryHandle
  try {
    pam = koffi.load('libpam.so.0')
  } catch {
    return { kind: 'failed', text: 'there is no libpam.so.0 on this system; install it (Debian: libpam0g)' }
  }
  return ask(pam, question)
}

function ask(pam: LibraryHandle, question: PamQuestion): PamAnswer {
  const { service, user, from } = question
  const start = pam.func('int pam_start(const char *service, const char *user, const void *conversation, void *handle)')
  const setItem = pam.func('int pam_set_item(void *handle, int type, const char *item)')
  const authenticate = pam.func('int pam_authenticate(void *handle, int flags)')
  const account = pam.func('int pam_acct_mgmt(void *handle, int flags)')
  const strerror = pam.func('const char *pam_strerror(void *handle, int number)')
  const end = pam.func('int pam_end(void *handle, int status)')

  const found = Buffer.alloc(POINTER_BYTES)
  const started: number = start(service, user, conversation(question), found)
  if (started !== PAM_SUCCESS) return { kind: 'failed', text: `PAM does not start (${strerror(null, started)})` }
  const handle = found.readBigUInt64LE()
  const flags = PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK
  let status: number = setItem(handle, PAM_RHOST, from)
  if (status === PAM_SUCCESS) status = authenticate(handle, flags)
  // An account that is locked or has run out is told only here.
  if (status === PAM_SUCCESS) status = account(handle, flags)
  const text: string = strerror(handle, status)
  end(handle, status)
  return status === PAM_SUCCESS ? { kind: 'accepted' } : { kind: 'refused', text }
}

/** struct pam_conv: a function that answers the modules' prompts, and a pointer of ours that is not needed. */
function conversation({ user, password }: PamQuestion): Buffer {
  const type = koffi.proto('int Conversation(int count, void *messages, void *replies, void *data)')
  let given = false
  const prompts = (style: number): Buffer | null => {
    if (style === PAM_PROMPT_ECHO_ON) return Buffer.from(`${user}\0`)
    if (style !== PAM_PROMPT_ECHO_OFF || given) return null
    // A second secret, a code or a new password, is none that we have.
    given = true
    return Buffer.concat([Buffer.from(password, 'base64'), Buffer.of(0)])
  }
  const callback = koffi.register(
    (count: number, messages: bigint, replies: bigint) => converse(count, messages, replies, prompts),
    koffi.pointer(type),
  )
  const structure = Buffer.alloc(2 * POINTER_BYTES)
  structure.writeBigUInt64LE(koffi.address(callback))
  return structure
}

/** The replies are made with the C library's allocator, since PAM frees them. */
function converse(count: number, messages: bigint, replies: bigint, prompts: (style: number) => Buffer | null): number {
  if (count < 1 || count > MOST_MESSAGES) return PAM_CONV_ERR
  const list: bigint | null = calloc(count, RESPONSE_BYTES)
  if (list === null) return PAM_BUF_ERR
  for (let i = 0; i < count; i++) {
    const message: bigint = koffi.decode(messages, i * POINTER_BYTES, 'void *')
    const style: number = koffi.decode(message, 'int')
    const reply = prompts(style)
    const wanted = style === PAM_PROMPT_ECHO_OFF || style === PAM_PROMPT_ECHO_ON
    if (wanted && reply === null) return PAM_CONV_ERR
    if (reply !== null) koffi.encode(list, i * RESPONSE_BYTES, 'void *', strdup(reply))
  }
  koffi.encode(replies, 'void *', list)
  return PAM_SUCCESS
}
