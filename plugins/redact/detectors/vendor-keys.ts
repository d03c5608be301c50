/** How the keys of known vendors look: a table. Each begins where no word goes on, and is read as far as its characters go. */

/** Keys of one vendor. */
export interface VendorKey {
	readonly vendor: string;
	/** Source of a pattern, without what stands around it. */
	readonly pattern: string;
}

/** Ahead stand twelve letters and digits together, one of them a digit: no words that are joined by dashes. */
const random = '(?=[\\w-]{0,40}?(?=[A-Za-z]{0,11}\\d)[A-Za-z0-9]{12})';

/**
 * Lengths are lower bounds, below what the vendors give out today: they have made keys longer before. Those of patterns without
 * another source are of the rules of secret scanners.
 * @see https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
 * @see https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml
 */
export const vendorKeys: readonly VendorKey[] = [
	// https://platform.openai.com/docs/api-reference/authentication: sk-, sk-proj-, sk-svcacct-, sk-admin-.
	// https://docs.anthropic.com/en/api/admin-api/apikeys/get-api-key: sk-ant-. DeepSeek, OpenRouter and others begin with sk- too.
	{vendor: 'OpenAI, Anthropic, DeepSeek, OpenRouter', pattern: `sk-${random}[\\w-]{16,}`},
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
	{vendor: 'AWS', pattern: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])'},
	// https://cloud.google.com/docs/authentication/api-keys
	{vendor: 'Google', pattern: 'AIza[\\w-]{35}'},
	{vendor: 'Google OAuth', pattern: 'ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}'},
	// https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
	{vendor: 'GitHub', pattern: 'gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\\w{22,}'},
	// https://docs.gitlab.com/security/tokens/#token-prefixes
	{vendor: 'GitLab', pattern: 'gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat)-[\\w.-]{20,}'},
	// https://docs.slack.dev/authentication/tokens
	{vendor: 'Slack', pattern: 'xox[a-z](?:\\.xox[a-z])?-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{20,}'},
	// https://docs.stripe.com/keys
	{vendor: 'Stripe', pattern: '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{16,}'},
	// https://console.groq.com/docs/quickstart
	{vendor: 'Groq', pattern: 'gsk_[A-Za-z0-9]{20,}'},
	// https://docs.x.ai/docs/tutorial
	{vendor: 'xAI', pattern: 'xai-[A-Za-z0-9]{20,}'},
	// https://huggingface.co/docs/hub/security-tokens
	{vendor: 'Hugging Face', pattern: '(?:hf|api_org)_[A-Za-z0-9]{20,}'},
	// https://docs.bigmodel.cn/cn/api/introduction: id.secret
	{vendor: 'GLM', pattern: '[0-9a-f]{32}\\.[A-Za-z0-9]{16}(?![A-Za-z0-9])'},
	{vendor: 'Perplexity', pattern: 'pplx-[A-Za-z0-9]{20,}'},
	{vendor: 'NVIDIA', pattern: 'nvapi-[\\w-]{20,}'},
	{vendor: 'Replicate', pattern: 'r8_[A-Za-z0-9]{20,}'},
	{vendor: 'Fireworks', pattern: 'fw_[A-Za-z0-9]{20,}'},
	{vendor: 'Cerebras', pattern: 'csk-[a-z0-9]{20,}'},
	{vendor: 'Tavily, Firecrawl', pattern: `(?:tvly|fc)-${random}[\\w-]{20,}`},
	{vendor: 'LangSmith, Langfuse', pattern: 'lsv2_\\w{20,}|[sp]k-lf-[0-9a-f-]{36}'},
	{vendor: 'npm, PyPI', pattern: 'npm_[A-Za-z0-9]{30,}|pypi-AgE[\\w-]{30,}'},
	{vendor: 'SendGrid', pattern: 'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}'},
	{vendor: 'Twilio', pattern: '(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])'},
	{vendor: 'DigitalOcean', pattern: 'do[opr]_v1_[0-9a-f]{32,}'},
	{vendor: 'Shopify', pattern: 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}'},
	{vendor: 'Telegram', pattern: '\\d{8,10}:AA[\\w-]{32,35}'},
	{vendor: 'Databricks, HashiCorp', pattern: 'dapi[0-9a-f]{32}|hv[sbr]\\.[\\w-]{24,}'},
];

/** A key of any of them, where no word goes on. */
export const vendorKey: RegExp = new RegExp(
	`(?<![A-Za-z0-9])(?:${vendorKeys.map(({pattern}) => pattern).join('|')})`,
	'g',
);
