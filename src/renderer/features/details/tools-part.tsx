import { ToolPolicy } from '#shared/events.ts';
import type { SessionSummary, ToolSetting } from '#shared/models.ts';
import { useQuery } from '../../components/use-query.ts';
import { useActions, useRelay } from '../../state/context.ts';
import { words } from '../../words.ts';
import { Part } from './part.tsx';

/** What the supervisor may do by itself for this session: as the settings say, or otherwise. */
export function ToolsPart({ session: { id } }: { session: SessionSummary }) {
  const actions = useActions();
  const seq = useRelay((state) => state.snapshot?.seq ?? 0);
  const { value: tools, reload } = useQuery('tools.list', { sessionId: id }, seq);
  // What the settings say of each, where a rule of the session's own hides it.
  const { value: general } = useQuery('tools.list', {}, seq);
  if (!tools) return null;
  const set = async (tool: string, policy: ToolPolicy | null) => {
    await actions.call('session.setToolPolicy', { sessionId: id, tool, policy });
    await reload();
  };
  const own = tools.filter(({ origin }) => origin === 'session').length;
  const { title, body, off, settings, count } = words.details.tools;
  return (
    <Part title={title} body={tools.length === 0 ? off : body} aside={count(own)}>
      <ul className="tool-rules">
        {tools.map((tool) => (
          <ToolRule
            key={tool.name}
            tool={tool}
            general={general?.find(({ name }) => name === tool.name)}
            onSet={(policy) => void set(tool.name, policy)}
          />
        ))}
      </ul>
      <button
        type="button"
        className="text-button quiet"
        onClick={() => actions.showSettings('tools')}
      >
        {settings}
      </button>
    </Part>
  );
}

interface RuleProps {
  tool: ToolSetting;
  general: ToolSetting | undefined;
  onSet: (policy: ToolPolicy | null) => void;
}

function ToolRule({ tool: { name, description, policy, origin }, general, onSet }: RuleProps) {
  const { asSettings, policyOf } = words.details.tools;
  const { policies } = words.settings;
  return (
    <li>
      <span className="tool-rule-what">
        <code>{name}</code>
        <span className="quiet" title={description}>
          {firstSentence(description)}
        </span>
      </span>
      <select
        className="field"
        aria-label={policyOf(name)}
        value={origin === 'session' ? policy : ''}
        onChange={({ target }) =>
          onSet(target.value === '' ? null : ToolPolicy.parse(target.value))
        }
      >
        <option value="">{asSettings(policies[general?.policy ?? policy])}</option>
        {ToolPolicy.options.map((one) => (
          <option key={one} value={one}>
            {policies[one]}
          </option>
        ))}
      </select>
    </li>
  );
}

/** The description is the model's; its first sentence says enough to a person. */
function firstSentence(text: string): string {
  return /^[^.\n]+/.exec(text)?.[0] ?? text;
}
