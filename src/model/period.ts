/** When a period of a service applies: mon's Time::Period expression, parsed. Source: Time::Period(3pm). */
export type Scale = 'yr' | 'mo' | 'wk' | 'yd' | 'md' | 'wd' | 'hr' | 'min' | 'sec'

/** Inclusive; `from` greater than `to` wraps round the scale's end. */
export interface PeriodRange {
  readonly from: number
  readonly to: number
}

/** Every scale named must hold; a scale holds if any of its ranges does. */
export type SubPeriod = { readonly [S in Scale]?: readonly PeriodRange[] }

/** `always` for a blank expression, `never` for `none`; otherwise it holds if any sub-period holds. */
export type PeriodExpression =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'any'; readonly subs: readonly SubPeriod[] }
