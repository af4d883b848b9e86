/** Dates that a CRM holds as text in its own format, or as moments. Pure. */
import { DateTime } from 'luxon';
import type { ScalarValue } from '../../model/fields';
import type { TransformOf } from '../../model/transform';
import type { Codec } from './codec';

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ENGLISH = { locale: 'en-US' } as const;

/** What is no date is left as it is: it is for people to see, not to lose. */
export const dates: Codec<TransformOf<'date'>> = {
	read(value, { crm, format, zone }) {
		if (typeof value !== 'string') return value;
		const text = value.trim();
		if (ISO_DATE.test(text)) return text;
		const at =
			crm === 'datetime'
				? DateTime.fromISO(text, { zone: 'utc' }).setZone(zone)
				: DateTime.fromFormat(text, format, { ...ENGLISH, zone: 'utc' });
		return at.isValid ? at.toISODate() : value;
	},

	write(value, { crm, format, zone, time }): ScalarValue | undefined {
		if (typeof value !== 'string' || !ISO_DATE.test(value)) return value;
		const day = DateTime.fromISO(value, { ...ENGLISH, zone: 'utc' });
		if (!day.isValid) return value;
		if (crm === 'text') return day.toFormat(format);
		// A time that the clocks skip on that day is the next one that there is.
		const moment = DateTime.fromISO(`${value}T${time}`, { zone });
		return moment.toUTC().toISO({ suppressMilliseconds: true }) ?? value;
	},
};
