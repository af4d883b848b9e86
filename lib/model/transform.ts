/**
 * How a value is brought from its CRM's form to the canonical one and back: the shapes that stand in
 * a field map. What they do is in lib/mapping/transforms.
 */
import { IANAZone } from 'luxon';
import { z } from 'zod';

const zone = z
	.string()
	.refine(
		(name) => IANAZone.isValidZone(name),
		'must be an IANA time zone such as America/New_York',
	);
const word = z.string().min(1).max(500);
const decimals = z.number().int().min(0).max(10);

/** The canonical value is a date, `YYYY-MM-DD`. */
const dateTransform = z.object({
	kind: z.literal('date'),
	/** The CRM holds text in `format`, or a moment (ISO 8601). */
	crm: z.enum(['text', 'datetime']).default('text'),
	/** luxon's tokens, English month names: `MM/dd/yyyy`, `d LLL yyyy`. */
	format: z.string().min(1).max(40).default('MM/dd/yyyy'),
	/** Of a moment: where the day is told. */
	zone: zone.default('UTC'),
	/** Of a moment: the time of day that is written. */
	time: z
		.string()
		.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:mm')
		.default('00:00'),
});

/** The canonical value is a number of whole currency units: 1234.5. */
const moneyTransform = z.object({
	kind: z.literal('money'),
	/** `number` 1234.5, `text` "$1,234.50", `minor` 123450. */
	crm: z.enum(['number', 'text', 'minor']).default('text'),
	/** Digits after the point; how many minor units make one. */
	decimals: decimals.default(2),
	/** Written before the digits. */
	symbol: z.string().max(10).default('$'),
	/** Between the digits of whole units and the fraction; the other one groups thousands. */
	decimalSeparator: z.enum(['.', ',']).default('.'),
	/** Thousands are written in groups. */
	grouping: z.boolean().default(true),
});

const picklistTransform = z.object({
	kind: z.literal('picklist'),
	/** Compared without regard to case. The first row of a value counts, each way. */
	values: z
		.array(z.object({ canonical: word, crm: word }))
		.max(1_000)
		.default([]),
	/**
	 * A value that no row names: taken as it is, left out (the field is not said, or not written), or
	 * replaced by the default.
	 */
	unknown: z.enum(['keep', 'omit', 'default']).default('keep'),
	defaultCanonical: word.optional(),
	defaultCrm: word.optional(),
});

const nameTransform = z.object({
	kind: z.literal('name'),
	/** How the CRM holds a whole name: `Jane Doe` or `Doe, Jane`. */
	order: z.enum(['firstLast', 'lastFirst']).default('firstLast'),
	/** `upper`: the CRM holds capitals; they are read as `Doe`. */
	letterCase: z.enum(['keep', 'upper']).default('keep'),
});

const phoneTransform = z.object({
	kind: z.literal('phone'),
	/** How the CRM holds it; read in any form, as E.164. */
	format: z.enum(['e164', 'national', 'international', 'digits']).default('national'),
	/** Whose numbers have no country code. ISO 3166, two letters. */
	country: z
		.string()
		.regex(/^[A-Z]{2}$/, 'must be two letters such as US')
		.default('US'),
});

const words = z.array(word).max(50);

/** The canonical value is true or false. */
const booleanTransform = z.object({
	kind: z.literal('boolean'),
	/** The first word of each is written; all are read, without regard to case. */
	trueWords: words.min(1).default(['Yes', 'Y', 'True', 'T', '1']),
	falseWords: words.min(1).default(['No', 'N', 'False', 'F', '0']),
});

const textTransform = z.object({
	kind: z.literal('text'),
	/** Blanks at both ends are left out. */
	trim: z.boolean().default(true),
	/** Longest text that the CRM holds, in characters; more is cut off when it is written. */
	maxLength: z.number().int().min(1).max(100_000).optional(),
});

/** The canonical value is a number. */
const numberTransform = z.object({
	kind: z.literal('number'),
	crm: z.enum(['number', 'text']).default('number'),
	/** The CRM's number is the canonical one times this: 100 for percents of a fraction. */
	factor: z.number().positive().max(1e9).default(1),
	decimals: decimals.optional(),
	decimalSeparator: z.enum(['.', ',']).default('.'),
});

export const transformSchema = z.discriminatedUnion('kind', [
	dateTransform,
	moneyTransform,
	picklistTransform,
	nameTransform,
	phoneTransform,
	booleanTransform,
	textTransform,
	numberTransform,
]);

export type Transform = z.infer<typeof transformSchema>;
export type TransformKind = Transform['kind'];
export type TransformOf<Kind extends TransformKind> = Extract<Transform, { kind: Kind }>;

export const TRANSFORM_KINDS = transformSchema.options.map(({ shape }) => shape.kind.value);
