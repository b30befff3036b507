/** Quiescent, fallback, failure counts and maintenance, on ldirectord and upalert side by side. */
import { besideLdirectord } from './beside/ldirectord-side-by-side.ts'

besideLdirectord('ldirectord-pools')
