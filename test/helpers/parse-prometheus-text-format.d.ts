/** The parser has no types of its own. */
declare module 'parse-prometheus-text-format' {
	interface Parsed {
		readonly name: string;
		readonly help: string;
		readonly type: string;
		readonly metrics: readonly {readonly value?: string; readonly labels?: Readonly<Record<string, string>>}[];
	}

	function parse(text: string): readonly Parsed[];

	export = parse;
}
