"""The phone page in a real Chromium: two people text, watch the states, and lose nothing when something is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser import READABLE, complaints_of, contrasts
from tests.unit.phone_house import BEN, SWIM, House, house

QUESTION = "Any Saturday classes for my 4 year old?"
EXPECTED = ("net::ERR_", "the server responded with a status of")  # what Chromium notes when something is away


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as built:
        yield built


class Screen:
    """The page in one browser window, and whatever its console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints = complaints_of(page)

    def phone(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=f"{name}'s phone")

    def box(self, name: str) -> Locator:
        return self.phone(name).get_by_label("Text message")

    def texts(self, name: str) -> Locator:
        return self.phone(name).get_by_role("listitem")

    def browser(self) -> Locator:
        return self.page.get_by_role("region", name="Website")

    def banner(self) -> Locator:
        return self.page.get_by_role("alert")


@pytest.fixture
async def screen(chromium: Browser, home: House) -> AsyncIterator[Screen]:
    context = await chromium.new_context(viewport={"width": 1280, "height": 860}, locale="en-US")
    screen = await opened(Screen(await context.new_page()), home)
    yield screen
    await context.close()
    assert [line for line in screen.complaints if not any(part in line for part in EXPECTED)] == []


async def opened(screen: Screen, home: House) -> Screen:
    await screen.page.goto(home.page)
    await expect(screen.page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(screen.page.locator(".unloaded")).to_have_count(0)  # a text is new if it comes after the first look
    return screen


async def test_a_customer_is_invited_and_one_click_later_the_text_is_delivered(screen: Screen, home: House) -> None:
    ana = screen.phone("Ana")
    await expect(ana.get_by_text("Text Testing Agency")).to_be_visible()
    await ana.get_by_role("button", name=QUESTION).click()
    await expect(screen.texts("Ana")).to_contain_text([QUESTION])
    await expect(screen.texts("Ana")).to_contain_text(["Delivered"])
    await expect(ana.get_by_text("Text Testing Agency")).to_be_hidden()
    await expect(screen.texts("Ben")).to_have_count(0)
    assert home.webhook.came == 1


async def test_a_reply_appears_with_its_state_and_is_read_out(screen: Screen, home: House) -> None:
    await home.order_outcome("silent")
    await home.reply("On Saturday at nine there are two places.")
    await expect(screen.texts("Ana")).to_contain_text(["two places"])
    await expect(screen.texts("Ana").locator(".label")).to_have_text("Sent")
    await expect(screen.page.locator("[aria-live=polite]")).to_have_text(
        "Testing Agency to Ana: On Saturday at nine there are two places."
    )
    await home.order_outcome("delivered")
    await home.reply("Shall I send the link?")
    await expect(screen.texts("Ana").nth(1).locator(".label")).to_have_text("Delivered")


async def test_a_reply_that_fails_says_why(screen: Screen, home: House) -> None:
    await home.order_outcome("delivery_failed")
    await home.reply("Hello Ana")
    await expect(screen.texts("Ana").locator(".label")).to_have_text("Failed")
    await expect(screen.texts("Ana")).to_contain_text(["carrier did not accept the"])


async def test_a_text_waits_visibly_until_its_webhook_has_answered(screen: Screen, home: House) -> None:
    home.webhook.open.clear()
    await screen.box("Ana").fill("Hello?")
    await screen.box("Ana").press("Enter")
    await expect(screen.texts("Ana")).to_contain_text(["Waiting for the webhook"])
    await expect(screen.texts("Ana")).to_have_count(1)
    home.webhook.open.set()
    await expect(screen.texts("Ana")).to_contain_text(["Delivered"])
    await expect(screen.texts("Ana")).to_have_count(1)


async def test_a_text_that_the_webhook_refuses_says_what_it_means(screen: Screen, home: House) -> None:
    home.webhook.status = 403
    await screen.box("Ben").fill("Hello?")
    await screen.box("Ben").press("Enter")
    await expect(screen.texts("Ben")).to_contain_text(["Refused 403"])
    await expect(screen.texts("Ben")).to_contain_text(["did not believe it"])


async def test_enter_sends_and_shift_enter_makes_a_line(screen: Screen, home: House) -> None:
    box = screen.box("Ana")
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await expect(box).to_have_value("one\ntwo")
    await expect(screen.phone("Ana").get_by_text("7 characters · 1 SMS")).to_be_visible()
    assert home.webhook.came == 0
    await box.press("Enter")
    await expect(box).to_have_value("")
    await expect(screen.texts("Ana").locator(".words")).to_have_text("one\ntwo", use_inner_text=True)
    await box.fill("   ")
    await box.press("Enter")
    await expect(screen.texts("Ana")).to_have_count(1)


async def test_what_people_and_models_write_is_never_markup(screen: Screen, home: House) -> None:
    words = "<img src=x onerror=alert(1)><b>bold</b> https://swim.example/join?a=1&b=2. javascript:alert(1)"
    await home.reply(words)
    await expect(screen.texts("Ana").locator(".words")).to_have_text(words)
    await expect(screen.texts("Ana").locator("img, b, script")).to_have_count(0)
    links = screen.texts("Ana").get_by_role("link")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://swim.example/join?a=1&b=2")
    await expect(links).to_have_attribute("rel", "noopener noreferrer")


async def test_each_business_has_its_own_thread_and_a_text_in_another_one_is_told(screen: Screen, home: House) -> None:
    ana = screen.phone("Ana")
    await home.reply("from the agency")
    await home.reply("from the swim school", sender=SWIM)
    await expect(screen.texts("Ana")).to_contain_text(["from the agency"])
    await ana.get_by_role("button", name="1 new text from BSS Cypress-Spring").click()
    await expect(screen.texts("Ana")).to_contain_text(["from the swim school"])
    await expect(ana.get_by_label("Business to text").locator("option:checked")).to_have_text("BSS Cypress-Spring")
    await expect(ana.get_by_role("button", name="new text from")).to_be_hidden()


async def test_a_business_without_a_number_says_what_it_lacks(screen: Screen) -> None:
    await screen.phone("Ben").get_by_label("Business to text").select_option(label="CP Marketing")
    await expect(screen.phone("Ben").get_by_text("CP Marketing has no number to text yet.")).to_be_visible()
    await expect(screen.box("Ben")).to_be_disabled()


async def test_a_reload_shows_the_same_texts(screen: Screen, home: House) -> None:
    await home.text("from Ana")
    await home.text("from Ben", BEN)
    await screen.page.reload()
    await expect(screen.texts("Ana")).to_contain_text(["from Ana"])
    await expect(screen.texts("Ben")).to_contain_text(["from Ben"])


async def test_a_carrier_that_is_away_is_told_and_a_text_typed_meanwhile_is_not_lost(
    screen: Screen, home: House
) -> None:
    await home.stop_telnyx()
    await expect(screen.banner()).to_contain_text("python3 noxfile.py -s demo")
    await screen.box("Ana").fill("Still there?")
    await screen.box("Ana").press("Enter")
    await expect(screen.texts("Ana")).to_contain_text(["Not sent"])
    await home.start_telnyx()
    await expect(screen.banner()).to_be_hidden()
    await screen.texts("Ana").get_by_role("button", name="Send again").click()
    await expect(screen.texts("Ana")).to_contain_text(["Delivered"])
    await expect(screen.texts("Ana")).to_have_count(1)


async def test_a_page_whose_server_is_gone_says_what_to_do(screen: Screen, home: House) -> None:
    await home.stop_page()
    await expect(screen.banner()).to_contain_text("The local cloud does not answer.")
    await expect(screen.banner().get_by_role("button", name="Try again")).to_be_visible()
    await expect(screen.page.get_by_text("Not connected")).to_be_visible()


async def test_phones_that_could_not_be_loaded_are_loaded_by_trying_again(chromium: Browser, home: House) -> None:
    page = await chromium.new_page()
    await page.route("**/api/phones", lambda route: route.abort())
    await page.goto(home.page)
    await expect(page.get_by_text("The phones could not be loaded.")).to_be_visible()
    await page.unroute("**/api/phones")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("region", name="Ana's phone")).to_be_visible()
    await expect(page.get_by_role("alert")).to_be_hidden()
    await page.close()


async def test_everything_can_be_done_from_the_keyboard_with_the_focus_in_sight(screen: Screen, home: House) -> None:
    await screen.page.keyboard.press("Tab")
    await expect(screen.phone("Ana").get_by_label("Business to text")).to_be_focused()
    chip = screen.phone("Ana").get_by_role("button", name=QUESTION)
    for _ in range(3):
        await screen.page.keyboard.press("Tab")
        width = await screen.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width != "0px"
        if await chip.evaluate("node => node === document.activeElement"):
            break
    await expect(chip).to_be_focused()
    await screen.page.keyboard.press("Enter")
    await expect(screen.texts("Ana")).to_contain_text(["Delivered"])
    await expect(chip).to_be_focused()


async def test_a_reader_of_older_texts_is_not_torn_away(screen: Screen, home: House) -> None:
    for number in range(12):
        await home.reply(f"Text number {number}, long enough to take two lines of the bubble it is in")
    await expect(screen.texts("Ana")).to_have_count(12)
    scroller = screen.phone("Ana").get_by_role("region", name="Texts with Testing Agency")
    await expect(screen.texts("Ana").last).to_be_in_viewport()
    await scroller.evaluate("node => node.scrollTo(0, 0)")
    newest = screen.phone("Ana").get_by_role("button", name="New text")
    await home.reply("The newest")
    await expect(newest).to_be_visible()
    assert await scroller.evaluate("node => node.scrollTop") == 0
    await newest.click()
    await expect(screen.texts("Ana").last).to_be_in_viewport()
    await expect(newest).to_be_hidden()


async def test_on_a_small_screen_one_phone_is_in_hand_and_the_other_tells_of_new_texts(
    chromium: Browser, home: House
) -> None:
    context = await chromium.new_context(viewport={"width": 390, "height": 780}, is_mobile=True, has_touch=True)
    screen = await opened(Screen(await context.new_page()), home)
    await expect(screen.phone("Ana")).to_be_visible()
    await expect(screen.phone("Ben")).to_be_hidden()
    await home.reply("Hello Ben", to=BEN)
    await screen.page.get_by_role("button", name="Ben (1 new)").tap()
    await expect(screen.phone("Ana")).to_be_hidden()
    await expect(screen.texts("Ben")).to_contain_text(["Hello Ben"])
    await expect(screen.page.get_by_role("button", name="Ben", exact=True)).to_have_attribute("aria-pressed", "true")
    assert await screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def test_a_visitor_sees_the_site_of_the_business_that_is_chosen(screen: Screen, home: House) -> None:
    site = screen.browser().locator("iframe")
    await expect(site).to_have_attribute("title", "Site of Testing Agency")
    await expect(site.content_frame.get_by_role("heading", level=1)).to_have_text(
        "Every child can learn to love the water."
    )
    await screen.browser().get_by_label("Site to visit").select_option(label="CP Marketing")
    await expect(site.content_frame.get_by_role("link", name="Services").first).to_be_visible()
    address = f"{home.site}/cp-marketing/"
    await expect(screen.browser().get_by_text(address.removeprefix("http://"))).to_be_visible()
    await expect(screen.browser().get_by_role("link", name="Open the site")).to_have_attribute("href", address)


async def test_a_site_that_is_loaded_again_begins_at_its_first_page(screen: Screen, home: House) -> None:
    site = screen.browser().locator("iframe").content_frame
    await site.get_by_role("link", name="Contact").click()
    await expect(site.get_by_role("heading", level=1)).to_have_text("Contact")
    await screen.browser().get_by_role("button", name="Load the site again").click()
    await expect(site.get_by_role("heading", level=1)).not_to_have_text("Contact")


@pytest.mark.parametrize("width", [1440, 1240, 1000])
async def test_the_browser_stands_beside_the_phones_where_there_is_room_and_below_them_where_not(
    chromium: Browser, home: House, width: int
) -> None:
    context = await chromium.new_context(viewport={"width": width, "height": 900})
    screen = await opened(Screen(await context.new_page()), home)
    ben, browser = await screen.phone("Ben").bounding_box(), await screen.browser().bounding_box()
    assert ben
    assert browser
    if width >= 1240:
        assert browser["x"] > ben["x"] + ben["width"]
        assert browser["y"] == ben["y"]
    else:
        assert browser["y"] > ben["y"] + ben["height"]
    assert browser["width"] >= 420
    assert await screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def test_on_a_small_screen_the_site_is_one_tap_away(chromium: Browser, home: House) -> None:
    context = await chromium.new_context(viewport={"width": 390, "height": 780}, is_mobile=True, has_touch=True)
    screen = await opened(Screen(await context.new_page()), home)
    await expect(screen.browser()).to_be_hidden()
    await screen.page.get_by_role("button", name="Website").tap()
    await expect(screen.phone("Ana")).to_be_hidden()
    await expect(screen.browser().locator("iframe").content_frame.get_by_role("heading", level=1)).to_be_visible()
    await expect(screen.page.get_by_role("button", name="Website")).to_have_attribute("aria-pressed", "true")
    await home.reply("Hello Ana")
    await screen.page.get_by_role("button", name="Ana (1 new)").tap()
    await expect(screen.texts("Ana")).to_contain_text(["Hello Ana"])
    assert await screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


WORDS = "h1, h1 span, h2 span, .line, .words, .label, time, .detail, .day, .chip, .hint, textarea, .address"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_is_readable_in_light_and_in_dark(
    chromium: Browser, home: House, scheme: Literal["light", "dark"]
) -> None:
    context = await chromium.new_context(color_scheme=scheme, reduced_motion="reduce")
    screen = await opened(Screen(await context.new_page()), home)
    home.webhook.status = 500
    await home.text("Hello?")
    await home.reply("Hello Ana")
    await expect(screen.texts("Ana").locator(".label")).to_have_text(["Refused 500", "Delivered"])
    background = await screen.page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((sum, n) => sum + +n, 0)"
    )
    assert background < 100 if scheme == "dark" else background > 600
    measured = await contrasts(screen.page, WORDS)
    assert len(measured) > 20
    assert [one for one in measured if one[1] < READABLE] == []
    assert await screen.texts("Ana").last.evaluate("node => getComputedStyle(node).animationName") == "none"
    await context.close()


async def test_two_windows_see_the_same_and_nobody_is_asked_after_they_close(chromium: Browser, home: House) -> None:
    pages = [await opened(Screen(await chromium.new_page()), home) for _ in range(2)]
    await pages[0].box("Ana").fill("Hello from one window")
    await pages[0].box("Ana").press("Enter")
    for screen in pages:
        await expect(screen.texts("Ana")).to_contain_text(["Hello from one window"])
        await expect(screen.texts("Ana")).to_have_count(1)
    assert not home.resting()
    for screen in pages:
        await screen.page.close()
    await home.rest()
