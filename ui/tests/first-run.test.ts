// The first run: three steps, each skippable, and exactly what was chosen is what is sent.
import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { asked, field, firstRun, open, spend } from "./samples";

const fixture = { first_run: firstRun(), spend: spend() };
const go = (name: string) => screen.findByRole("button", { name });

describe("the first run", () => {
  it("sends nothing anywhere unless that is chosen", async () => {
    const user = userEvent.setup();
    const { transport } = await open("first_run", { ...fixture, finish_first_run: null });
    await user.click(await go("Continue"));
    expect(screen.queryByLabelText("Endpoint")).toBeNull();
    await user.click(await go("Continue"));
    await user.click(await go("Finish"));
    expect(asked(transport, "finish_first_run")).toEqual([
      {
        choice: { endpoint: null, token: null, take_token_found: false, start_at_login: true, notify: false },
      },
    ]);
    expect(await screen.findByText("$84.10")).toBeTruthy();
  });

  it("takes what was typed rather than what was found, and keeps it on the way back", async () => {
    const user = userEvent.setup();
    const { transport } = await open("first_run", {
      ...fixture,
      finish_first_run: null,
      try_first_run: firstRun(),
    });
    await user.click(await go("Continue"));
    await user.click(screen.getByRole("radio", { name: /Also ship/ }));
    await user.click(screen.getByRole("checkbox", { name: "Use the token found in ACO_TOKEN" }));
    await user.click(await go("Test Connection"));
    expect(asked(transport, "try_first_run")).toMatchObject([
      { choice: { endpoint: "https://otel.home.arpa:4317", token: null, take_token_found: true } },
    ]);
    await user.type(screen.getByLabelText("Token"), "typed");
    await user.click(await go("Back"));
    await user.click(await go("Continue"));
    expect(screen.getByLabelText("Token")).toHaveProperty("value", "typed");
    await user.click(await go("Continue"));
    await user.click(screen.getByRole("checkbox", { name: "Notify" }));
    await user.click(await go("Finish"));
    expect(asked(transport, "finish_first_run")).toMatchObject([
      { choice: { token: "typed", take_token_found: false, notify: true } },
    ]);
  });

  it("goes back to the step whose value is not accepted", async () => {
    const user = userEvent.setup();
    const refused = firstRun();
    refused.shipping.endpoint = field("ship.endpoint", "Endpoint", {
      value: "otel",
      error: "Begin with https://",
    });
    refused.shipping.suggests_connect = true;
    await open("first_run", {
      ...fixture,
      first_run: { ...firstRun(), shipping: { ...firstRun().shipping, suggests_connect: true } },
      finish_first_run: refused,
    });
    await user.click(await go("Continue"));
    await user.click(await go("Continue"));
    await user.click(await go("Finish"));
    expect(await screen.findByText("Begin with https://")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Shipping" }).getAttribute("aria-current")).toBe("step");
  });

  it("is skipped at once", async () => {
    const user = userEvent.setup();
    const { transport } = await open("first_run", fixture);
    await user.click(await go("Skip Setup"));
    expect(asked(transport, "skip_first_run")).toEqual([{}]);
    await waitFor(() => {
      expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("Up to date");
    });
  });

  it("keeps nobody from the rest when it cannot be loaded", async () => {
    const user = userEvent.setup();
    const { transport, session } = await open("status", fixture);
    transport.fail("first_run", { message: "The agent is too old.", remedy: "" });
    session.go("first_run");
    expect(await screen.findByText("The agent is too old.")).toBeTruthy();
    await user.click(await go("Skip Setup"));
    await waitFor(() => {
      expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("Up to date");
    });
  });
});
