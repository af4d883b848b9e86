/** Mappings, their problems and drifts as items. */
import type { IDataObject } from 'n8n-workflow';
import type { Drift, MappingVersion, Problem, RowDifference } from '../../../lib';
import { isoTime } from '../operation';

export function versionRow(version: MappingVersion): IDataObject {
	const { system, object, origin, note, savedBy, savedAt, map } = version;
	return {
		...{ system, object, version: version.version, origin, note, savedBy },
		savedAt: isoTime(savedAt),
		map: map as unknown as IDataObject[],
	};
}

export function driftRow(drift: Drift): IDataObject {
	return { ...drift } as unknown as IDataObject;
}

export function problemRow(problem: Problem): IDataObject {
	return { ...problem } as unknown as IDataObject;
}

export function panelRow(difference: RowDifference): IDataObject {
	return { ...difference } as unknown as IDataObject;
}
