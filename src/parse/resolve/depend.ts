/**
 * `depend routers:ping && !SELF:backup` -> DependExpression. mon hands the text to Perl; here are only what its manual
 * promises: `&&`, `||`, `!`, `and`, `or`, `not` and parentheses, with Perl's precedence (perlop): ! before && before ||,
 * and then not before and before or. Each character is looked at once, and nesting has a limit.
 */
import type { DependExpression } from '../../model/dependency.ts'
import { groupName, type ServiceKey, serviceKey, serviceName } from '../../model/names.ts'
import { DEEPEST_EXPRESSION, MOST_DEPENDENCIES } from '../defaults.ts'
import { type Slice, slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

/** A service that the text names, and where. */
export interface NamedService {
  readonly key: ServiceKey
  readonly word: Slice
}

interface ReadExpression {
  /** `null` after a mistake, which is then in the report. */
  readonly expression: DependExpression | null
  readonly services: readonly NamedService[]
}

/** `group`: what `SELF` stands for. */
export function readExpression(part: Slice, group: string, report: Report): ReadExpression {
  const tokens = tokensOf(part, group, report)
  if (tokens === null) return { expression: null, services: [] }
  const services = tokens.flatMap((token) => (token.kind === 'service' ? [token] : []))
  if (services.length === tokens.length && services.length > 1) {
    const message = 'between these services stands no operator; all of them must be well'
    report.warning('depend-list', spanOf(part), message, 'write && between them, or ||')
    return { expression: { kind: 'and', of: services.map(leaf) }, services }
  }
  return { expression: new ExpressionReader(tokens, part, report).read(), services }
}

/** All services that a host dependency names; operators mean nothing in it. */
export function readServices(part: Slice, group: string, report: Report): readonly NamedService[] {
  const tokens = tokensOf(part, group, report)
  const services = (tokens ?? []).flatMap((token) => (token.kind === 'service' ? [token] : []))
  if (tokens !== null && services.length === 0)
    report.error('depend-syntax', spanOf(part), 'this names no service', EXAMPLE)
  return services
}

/** mon replaces these letters wherever they stand, also at the end of a longer word. */
export const withoutSelf = (text: string, group: string): string => text.replaceAll('SELF:', `${group}:`)

const EXAMPLE = 'write group:service, as depend routers:ping && SELF:dns'

type Sign = '&&' | '||' | '!' | '(' | ')' | 'and' | 'or' | 'not'
type Token =
  | ({ readonly kind: 'service' } & NamedService)
  | { readonly kind: 'sign'; readonly sign: Sign; readonly word: Slice }

const SIGNS: readonly Sign[] = ['&&', '||', '!', '(', ')', 'and', 'or', 'not']
/** A service, a word, an operator, or a single character of anything else. */
const TOKEN = /[A-Za-z0-9_.-]+(?::[A-Za-z0-9_.-]+)?|&&|\|\||\S/g

function tokensOf(part: Slice, group: string, report: Report): readonly Token[] | null {
  const tokens: Token[] = []
  let services = 0
  for (const match of part.text.matchAll(TOKEN)) {
    const word = slice(part.line, part.from + match.index, part.from + match.index + match[0].length)
    const sign = SIGNS.find((known) => known === word.text)
    if (sign !== undefined) tokens.push({ kind: 'sign', sign, word })
    else if (word.text.includes(':') && word.text.length > 1) {
      tokens.push({ kind: 'service', key: keyOf(withoutSelf(word.text, group)), word })
      services += 1
    } else return refuse(word, report)
    if (services > MOST_DEPENDENCIES) {
      const message = `more than ${MOST_DEPENDENCIES} services in one dependency`
      report.error('depend-many', spanOf(word), message, 'depend on a service that depends on them')
      return null
    }
  }
  return tokens
}

function keyOf(text: string): ServiceKey {
  const colon = text.indexOf(':')
  return serviceKey(groupName(text.slice(0, colon)), serviceName(text.slice(colon + 1)))
}

function refuse(word: Slice, report: Report): null {
  const operator = { AND: '&&', OR: '||', NOT: '!', '&': '&&', '|': '||', ',': '&&' }[word.text]
  const isName = /^[A-Za-z0-9_.-]+$/.test(word.text) && operator === undefined
  const message = isName
    ? `${quoted(word.text)} is not a service: it names a group or a service only`
    : `${quoted(word.text)} means nothing in a dependency`
  const hint = operator === undefined ? EXAMPLE : `write ${operator}`
  report.error('depend-syntax', spanOf(word), message, hint)
  return null
}

const leaf = ({ key }: NamedService): DependExpression => ({ kind: 'service', service: key })

class ExpressionReader {
  readonly #tokens: readonly Token[]
  readonly #part: Slice
  readonly #report: Report
  #at = 0
  #depth = 0
  #failed = false

  constructor(tokens: readonly Token[], part: Slice, report: Report) {
    this.#tokens = tokens
    this.#part = part
    this.#report = report
  }

  read(): DependExpression | null {
    const expression = this.#or()
    const rest = this.#tokens[this.#at]
    if (rest !== undefined) {
      const operand = rest.kind === 'service' || rest.sign === '(' || rest.sign === '!' || rest.sign === 'not'
      const message = operand
        ? `between ${quoted(this.#tokens[this.#at - 1]?.word.text ?? '')} and ${quoted(rest.word.text)} stands no operator`
        : `${quoted(rest.word.text)} is out of place`
      this.#mistake(rest.word, message, operand ? 'write && or || between them' : 'remove it')
    }
    return this.#failed ? null : expression
  }

  readonly #or = (): DependExpression => this.#chain('or', 'or', this.#and)
  readonly #and = (): DependExpression => this.#chain('and', 'and', this.#orOr)
  readonly #orOr = (): DependExpression => this.#chain('||', 'or', this.#andAnd)
  readonly #andAnd = (): DependExpression => this.#chain('&&', 'and', this.#operand)

  #chain(sign: Sign, kind: 'and' | 'or', part: () => DependExpression): DependExpression {
    const parts = [part()]
    while (!this.#failed && this.#take(sign)) parts.push(part())
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind, of: parts }
  }

  /** `not` reaches to the next `and` or `or`, also behind another operator; `not (…)` only to its parenthesis. */
  readonly #operand = (): DependExpression => {
    const token = this.#tokens[this.#at]
    if (token?.kind === 'service') {
      this.#at += 1
      return leaf(token)
    }
    if (this.#take('!')) return { kind: 'not', of: this.#nested(token, this.#operand) }
    if (this.#take('not')) {
      const next = this.#tokens[this.#at]
      const inParentheses = next?.kind === 'sign' && next.sign === '('
      return { kind: 'not', of: this.#nested(token, inParentheses ? this.#operand : this.#orOr) }
    }
    if (this.#take('(')) {
      const inside = this.#nested(token, this.#or)
      if (!this.#failed && !this.#take(')'))
        this.#mistake(token?.word, 'this parenthesis is not closed', 'write ) behind it')
      return inside
    }
    const found =
      token === undefined ? 'a service is missing at the end' : `a service is missing before ${quoted(token.word.text)}`
    this.#mistake(token?.word, found, EXAMPLE)
    return NOTHING
  }

  #nested(opening: Token | undefined, part: () => DependExpression): DependExpression {
    this.#depth += 1
    if (this.#depth > DEEPEST_EXPRESSION) {
      const message = `more than ${DEEPEST_EXPRESSION} parentheses and negations within each other`
      this.#mistake(opening?.word, message, 'write it flatter')
      return NOTHING
    }
    const expression = part()
    this.#depth -= 1
    return expression
  }

  #take(sign: Sign): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'sign' || token.sign !== sign) return false
    this.#at += 1
    return true
  }

  /** Only the first one is reported. */
  #mistake(word: Slice | undefined, message: string, hint: string): void {
    if (!this.#failed) this.#report.error('depend-syntax', spanOf(word ?? this.#part), message, hint)
    this.#failed = true
  }
}

/** Never satisfied. */
export const NOTHING: DependExpression = { kind: 'or', of: [] }
