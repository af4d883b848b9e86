/** What a new activity needs beside what is known of a task or an event (reference/redtail.md, section 9). */
import { DateTime } from 'luxon';
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import type { RedtailClient } from './client';
import { dayBody } from './objects/values';
import { idOfCode } from './picklists';
import { redtailSettings, type RedtailSettings } from './settings';

export async function activityDefaults(
	context: ConnectorContext,
	client: RedtailClient,
	object: 'task' | 'event',
	body: CrmRecord,
): Promise<CrmRecord> {
	const settings = redtailSettings(context.settings);
	const isCoded = body.activity_code_id !== undefined;
	const code = isCoded ? undefined : await codeOf(context, client, object, settings);
	return {
		repeats: 'never',
		...(code === undefined ? {} : { activity_code_id: code }),
		...timesOf(object, body, context, settings),
	};
}

/** Redtail takes no activity without times: a task without a day is today's, an event without an end is short. */
function timesOf(
	object: 'task' | 'event',
	body: CrmRecord,
	context: ConnectorContext,
	settings: RedtailSettings,
): CrmRecord {
	const { start_date: start, end_date: end } = body;
	if (start === undefined && object === 'task') {
		const today = DateTime.fromMillis(context.now(), { zone: settings.timeZone }).toISODate();
		return dayBody(today ?? '', null, context.settings);
	}
	const from = Date.parse(String(start));
	if (end !== undefined || Number.isNaN(from)) return {};
	return { end_date: new Date(from + settings.eventMinutes * 60_000).toISOString() };
}

async function codeOf(
	context: ConnectorContext,
	client: RedtailClient,
	object: 'task' | 'event',
	settings: RedtailSettings,
): Promise<number> {
	const isTask = object === 'task';
	const wanted = isTask ? settings.taskActivityCodes.map(String) : [settings.eventActivityCode];
	for (const text of wanted) {
		const id = await idOfCode(context, client, 'activity_codes', text);
		if (id !== undefined) return id;
	}
	const setting = isTask ? 'taskActivityCodes' : 'eventActivityCode';
	const hint = `Name one of Redtail's own activity codes in the setting ${setting}.`;
	const what = `Redtail has no activity code for ${object}s`;
	throw new CrmError(what, 422, 'no-activity-code', { retryable: false, hint });
}
