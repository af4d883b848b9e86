/** Under which settings a first load works. */
import type { ResolveOptions } from '../identity/resolve';
import type { FieldRule } from '../merge/rules';

/** Under which settings records are matched and merged: those of the canvas. */
export interface Terms extends Pick<ResolveOptions, 'thresholds' | 'whileInReview'> {
	otherTaxId?: 'review' | 'weigh';
	fieldRules: FieldRule[];
}
