/**
 * Property tests draw the same cases in every run, so that a change is never blamed for a rare case
 * that was there before. `FAST_CHECK_SEED=random` (or a number) looks further.
 */
import fc from 'fast-check';

const given = process.env['FAST_CHECK_SEED'];
if (given !== 'random') fc.configureGlobal({ seed: Number(given ?? 20_261_122) });
