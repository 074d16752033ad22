import { useEffect, useState } from 'react';
import type { CommandState, DesktopFunctions } from '#shared/desktop-bridge.ts';
import { Button } from '../../components/button.tsx';
import { useInterface, useView } from '../../state/context.ts';
import { words } from '../../words.ts';

/** What belongs to this window alone. */
export function Appearance() {
  const { actions, bridge } = useInterface();
  const theme = useView((state) => state.theme);
  const [startsAtLogin, setStartsAtLogin] = useState<boolean | null>(null);
  useEffect(() => {
    void bridge.desktop?.startsAtLogin().then(setStartsAtLogin);
  }, [bridge]);
  return (
    <div className="setting-rows">
      <div className="setting">
        <span className="setting-what">
          {words.settings.theme}
          <span className="setting-facts">{words.settings.themeNote}</span>
        </span>
        <div className="setting-value">
          <fieldset className="segments">
            <legend className="hidden-words">{words.settings.theme}</legend>
            {(['system', 'light', 'dark'] as const).map((one) => (
              <label key={one}>
                <input
                  type="radio"
                  name="theme"
                  className="hidden-words"
                  checked={theme === one}
                  onChange={() => actions.setTheme(one)}
                />
                <span>{words.settings.themes[one]}</span>
              </label>
            ))}
          </fieldset>
        </div>
      </div>
      <div className="setting">
        <label className="setting-what" htmlFor="start-at-login">
          {words.settings.startAtLogin}
          <span className="setting-facts">
            {bridge.desktop ? words.settings.startAtLoginBody : words.settings.startAtLoginBrowser}
          </span>
        </label>
        {bridge.desktop && (
          <div className="setting-value">
            <input
              id="start-at-login"
              type="checkbox"
              className="switch"
              checked={startsAtLogin === true}
              disabled={startsAtLogin === null}
              onChange={(event) =>
                void bridge.desktop?.setStartsAtLogin(event.target.checked).then(setStartsAtLogin)
              }
            />
          </div>
        )}
      </div>
      {bridge.desktop && <TerminalCommand desktop={bridge.desktop} />}
    </div>
  );
}

/** Whether `relay` can be typed in a terminal, and the way to make it so. */
function TerminalCommand({ desktop }: { desktop: DesktopFunctions }) {
  const [state, setState] = useState<CommandState | null>(null);
  useEffect(() => {
    void desktop.commandState().then(setState);
  }, [desktop]);
  if (!state) return null;
  const { commandState } = words.settings;
  return (
    <div className="setting">
      <span className="setting-what">
        {words.settings.command}
        <span className="setting-facts">
          {state.kind === 'unavailable' ? state.why : commandState[state.kind](state.link)}
        </span>
      </span>
      {state.kind === 'missing' && (
        <Button onClick={() => void desktop.installCommand().then(setState)}>
          {words.settings.commandInstall}
        </Button>
      )}
    </div>
  );
}
