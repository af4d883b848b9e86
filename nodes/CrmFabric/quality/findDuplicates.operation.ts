import type { IDataObject } from 'n8n-workflow';
import { DEFAULT_THRESHOLDS, type SystemCluster } from '../../../lib';
import { requiredText, type ItemOperation } from '../operation';
import { systemProperty } from '../record-picker';

/** Records of one system that are one client, by what the store knows of them. */
export const findDuplicates: ItemOperation = {
	option: {
		name: 'Find Duplicates',
		value: 'findDuplicates',
		description: 'Report the records of one CRM that are one client, with a suggested master',
		action: 'Find duplicates in one CRM',
	},
	properties: [
		systemProperty,
		{
			displayName: 'Open Reviews',
			name: 'openReviews',
			type: 'boolean',
			default: false,
			description:
				'Whether a person is asked about each group (resource Review, kind Duplicate). What was answered before is not asked again.',
		},
		{
			displayName: 'Doubtful Pairs Too',
			name: 'includeDoubtful',
			type: 'boolean',
			default: false,
			description:
				'Whether pairs that a person should look at first count, too. Their groups are marked as doubtful.',
		},
		{
			displayName: 'Threshold',
			name: 'threshold',
			type: 'number',
			typeOptions: { minValue: 0.5, maxValue: 1, numberPrecision: 3 },
			default: 0.95,
			description: 'From this likelihood on (0 to 1) two records are taken for one client',
		},
	],

	async forItem(call) {
		const { node, fabric, index } = call;
		const system = requiredText(call, 'system', 'System', 'Choose the system.');
		const link = Number(node.getNodeParameter('threshold', index, DEFAULT_THRESHOLDS.link));
		const report = await fabric.quality.duplicates(system, {
			thresholds: { link, review: Math.min(link, DEFAULT_THRESHOLDS.review) },
			includeDoubtful: node.getNodeParameter('includeDoubtful', index, false) === true,
			openReviews: node.getNodeParameter('openReviews', index, false) === true,
		});
		const { clusters, items, surplus, opened, closed } = report;
		node.addExecutionHints({
			message: `${system}: ${clusters.length} groups of duplicates among ${items} records; merging them would save ${surplus}. Reviews opened: ${opened}, closed: ${closed}.`,
			location: 'outputPane',
		});
		return clusters.map((cluster) => row(system, cluster));
	},
};

function row(system: string, cluster: SystemCluster): IDataObject {
	const { id, confidence, master, merged, links, records, reviewId } = cluster;
	return {
		system,
		group: id,
		count: records.length,
		confidence,
		master: master.id,
		reasons: master.reasons,
		records: records.map(({ crmId, unifiedId, item }) => ({
			crmId,
			unifiedId,
			fields: item.fields as IDataObject,
		})),
		merged: merged as unknown as IDataObject,
		evidence: links as unknown as IDataObject[],
		reviewId: reviewId ?? null,
	};
}
