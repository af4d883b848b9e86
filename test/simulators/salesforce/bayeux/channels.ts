/** What can be subscribed to, and from where in the log. */
import type { Org } from '../org';
import { Refused } from './exchange';
import { invalidReplay, type Message } from './messages';

const REPLAY_NEW = -1;
const REPLAY_ALL = -2;

/** The objects whose events a channel carries. Names are case-sensitive. */
export function channelEntities(org: Org, channel: unknown): ReadonlySet<string> {
	if (typeof channel !== 'string' || channel === '') {
		throw new Refused({ error: '400::Channel name not specified' });
	}
	if (!channel.startsWith('/')) {
		const error = "400::Channel subscriptions must start with a leading '/'";
		throw new Refused({ error });
	}
	if (channel.includes('*')) throw new Refused({ error: '403::Restricted channel' });
	const entities = entitiesOf(org, channel.replace(/^\/data\//, ''));
	if (!channel.startsWith('/data/') || entities === undefined) {
		const error = `400::The channel you requested to subscribe to does not exist {${channel}}`;
		throw new Refused({ error });
	}
	return new Set(entities);
}

function entitiesOf(org: Org, name: string): readonly string[] | undefined {
	const { schema, switches } = org;
	if (name === 'ChangeEvents') return switches.selectedEntities;
	if (name.endsWith('__chn')) return switches.customChannels[name];
	const object = schema.objects.find(
		(candidate) => candidate.changeEvents && `${candidate.name}ChangeEvent` === name,
	);
	return object && [object.name];
}

/** The replay id after which the subscription begins. */
export function startPosition(org: Org, message: Message, channel: string, label: string): bigint {
	const map = message.ext?.['replay'];
	const given = (map as Record<string, unknown> | null | undefined)?.[channel] ?? REPLAY_NEW;
	if (given === REPLAY_NEW) return org.bus.latest();
	if (given === REPLAY_ALL) return 0n;
	const isExpired = org.faults.take(['expiredReplay'], label) !== undefined;
	const replayId = toReplayId(given);
	if (isExpired || replayId === undefined || !org.bus.isRetained(replayId)) {
		throw new Refused(invalidReplay(given));
	}
	return replayId;
}

function toReplayId(given: unknown): bigint | undefined {
	if (typeof given === 'bigint') return given;
	if (typeof given === 'number') return Number.isInteger(given) ? BigInt(given) : undefined;
	return typeof given === 'string' && /^\d+$/.test(given) ? BigInt(given) : undefined;
}
