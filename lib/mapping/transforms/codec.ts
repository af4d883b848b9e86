/** What one kind of transform does, each way. Pure. */
import type { ScalarValue } from '../../model/fields';

/** A value that says something: no null, no empty text. */
export type Said = Exclude<ScalarValue, null>;

export interface Codec<Options> {
	/** The CRM's value -> the canonical one; undefined: the CRM does not say. */
	read: (value: Said, options: Options) => ScalarValue | undefined;
	/** The canonical value -> what the CRM shall hold; undefined: it is not written. */
	write: (value: Said, options: Options) => ScalarValue | undefined;
}
