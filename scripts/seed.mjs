/**
 * Loaded before each test file where UPALERT_SEED is set: property tests draw their cases from that seed, so that a run on
 * the same commit judges the same. Without it chance draws them, and a failure prints its seed.
 */
import { configureGlobal, readConfigureGlobal } from 'fast-check'

configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env.UPALERT_SEED) })
