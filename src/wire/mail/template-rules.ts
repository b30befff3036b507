/**
 * What a template may do: name pieces of what it is given, and choose and repeat among them. It includes no other
 * template, calls no helper but those listed, and in HTML it leaves nothing unescaped, since a real server's answer is
 * among the pieces. Read from the parsed template, before anything is filled in.
 * Source: Handlebars' syntax tree (its docs/compiler-api.md).
 */
import Handlebars from 'handlebars'
import { noSuchName } from './template-words.ts'

export interface Rules {
  /** The text becomes HTML. */
  readonly html: boolean
  /** Names that are given, and whether there are several of it to repeat; `null`: they are not looked at. */
  readonly names: ReadonlyMap<string, boolean> | null
  /** Helpers besides Handlebars' own. */
  readonly helpers: readonly string[]
}

/** Handlebars' own helpers, without `log`, which would write to the terminal of the daemon. */
export const HELPERS = ['if', 'unless', 'each', 'with', 'lookup']
/** What `@` may precede. */
const DATA = new Set(['index', 'key', 'first', 'last', 'root'])

/** The first thing in it that may not be; `null`: there is none. */
export function brokenRule(program: hbs.AST.Program, rules: Rules): string | null {
  const reader = new Reader(rules)
  reader.accept(program)
  return reader.broken
}

interface Call {
  readonly path: hbs.AST.Expression
  readonly params: readonly hbs.AST.Expression[]
  readonly hash?: hbs.AST.Hash
}

class Reader extends Handlebars.Visitor {
  broken: string | null = null
  private readonly rules: Rules
  private readonly helpers: ReadonlySet<string>
  /** Names that the template gives itself: `{{#each failing as |one|}}`. */
  private readonly own = new Set<string>()

  constructor(rules: Rules) {
    super()
    this.rules = rules
    this.helpers = new Set([...HELPERS, ...rules.helpers])
  }

  override Program(program: hbs.AST.Program): void {
    for (const name of program.blockParams ?? []) this.own.add(name)
    super.Program(program)
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    if (this.rules.html && !mustache.escaped)
      this.say('{{{…}}} and {{&…}} are not to be had in HTML, since they would let in what a server answered', mustache)
    this.call(mustache)
    super.MustacheStatement(mustache)
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    this.call(block)
    this.repetition(block)
    super.BlockStatement(block)
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.call(expression)
    super.SubExpression(expression)
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    this.say('a template includes no other one: {{> …}} is not to be had', partial)
  }

  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    this.say('a template includes no other one: {{#> …}} is not to be had', partial)
  }

  override Decorator(decorator: hbs.AST.Decorator): void {
    this.say('{{* …}} is not to be had', decorator)
  }

  override DecoratorBlock(decorator: hbs.AST.DecoratorBlock): void {
    this.say('{{#* …}} is not to be had', decorator)
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    const [head] = path.parts
    if (head === undefined || this.helpers.has(path.original)) return
    if (path.data) {
      if (!DATA.has(String(head))) this.say(`there is no "@${head}"`, path)
      return
    }
    const { names } = this.rules
    if (names === null || this.own.has(String(head))) return
    for (const part of path.parts) {
      if (!names.has(String(part)) && !/^\d+$/.test(String(part)) && part !== 'length')
        this.say(noSuchName(String(part), names.keys()), path)
    }
  }

  /** Handlebars takes a text for a list of nothing, and says no word. */
  private repetition({ path, params: [of] }: hbs.AST.BlockStatement): void {
    const { names } = this.rules
    if (names === null || !isPath(path) || path.original !== 'each' || of === undefined || !isPath(of)) return
    const name = String(of.parts.at(-1) ?? '')
    if (of.data || this.own.has(String(of.parts[0])) || names.get(name) !== false) return
    const lists = [...names].flatMap(([one, isList]) => (isList ? [one] : []))
    this.say(`"${name}" is no list that {{#each}} could repeat, as are ${lists.sort().join(', ')}`, of)
  }

  private call({ path, params, hash }: Call): void {
    if (params.length === 0 && hash === undefined) return
    const name = 'original' in path ? String(path.original) : ''
    if (!this.helpers.has(name)) this.say(`there is no helper "${name}"`, path)
  }

  private say(what: string, { loc }: hbs.AST.Node): void {
    this.broken ??= `${what} (line ${loc.start.line})`
  }
}

const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === 'PathExpression'
