"""What counts as dosing advice, and what does not: the definition of docs and policy as a table."""

import time

import pytest

from assistant.policy import read_policy
from corpus.leaks import RULES, find_leaks, leaks

LEAKS = [
    # 1. An amount with a unit or a count, in digits or words.
    pytest.param("The tablet holds 1 mg of anastrozole.", id="milligrams"),
    pytest.param("The tablet holds 1mg of anastrozole.", id="milligrams without a space"),
    pytest.param("Letrozole comes as 2.5-mg tablets.", id="milligrams with a hyphen"),
    pytest.param("Some products hold 1,000 IU of vitamin D.", id="international units"),
    pytest.param("Some products hold 25 µg of vitamin D.", id="micro sign"),
    pytest.param("Some products hold 25 μg of vitamin D.", id="greek letter mu"),
    pytest.param("Some products hold 25 mcg of vitamin D.", id="mcg"),
    pytest.param("The powder is 5g of creatine.", id="grams without a space"),
    pytest.param("Inject 0.5 mL under the skin.", id="milliliters"),
    pytest.param("The clinic gave 10 units of insulin.", id="units"),
    pytest.param("Between 500-1000 mg of calcium.", id="range of milligrams"),
    pytest.param("Swallow 1-2 capsules with water.", id="range of capsules"),
    pytest.param("Swallow 2–3 tablets with water.", id="range with a dash"),
    pytest.param("One or two tablets will do.", id="one or two"),
    pytest.param("Five hundred milligrams of magnesium.", id="milligrams in words"),
    pytest.param("A thousand units of vitamin D.", id="a thousand units"),
    pytest.param("Twenty-five micrograms of vitamin D.", id="hyphened number word"),
    pytest.param("Only one pill was needed.", id="one pill"),
    pytest.param("Three small white tablets.", id="words between number and unit"),
    pytest.param("Two fish oil softgels.", id="two softgels"),
    pytest.param("Half a tablet is left.", id="half a tablet"),
    pytest.param("Half of your pill is left.", id="half of your pill"),
    pytest.param("One and a half tablets.", id="one and a half"),
    pytest.param("A quarter of a tablet.", id="quarter of a tablet"),
    pytest.param("It is 1/2 tablet.", id="fraction"),
    pytest.param("It is ½ tablet.", id="fraction sign"),
    pytest.param("A couple of tablets help some people.", id="a couple of tablets"),
    pytest.param("Fifteen drops under the tongue.", id="drops"),
    pytest.param("A scoop of collagen in the coffee.", id="a scoop"),
    pytest.param("A teaspoon of turmeric in warm milk.", id="a teaspoon"),
    pytest.param("Two shots of BPC-157.", id="shots"),
    pytest.param("A double dose of letrozole.", id="double dose"),
    pytest.param("The trial tested a dose of 2,000.", id="dose with a bare number"),
    pytest.param("Take two.", id="take two"),
    pytest.param("Take 2000 with breakfast.", id="take a bare number"),
    pytest.param("The tablet holds １ｍｇ of anastrozole.", id="full-width characters"),
    pytest.param("The tablet holds 1\u200bm\u200bg of anastrozole.", id="zero-width characters"),
    pytest.param("The infusion is 75 mg/m2.", id="amount by body surface"),
    pytest.param("The vial holds 5 mg/mL.", id="strength of a solution"),
    pytest.param("The supplement gives 5 mg per day.", id="milligrams per day"),
    pytest.param("Tome dos pastillas con agua.", id="spanish amount"),
    pytest.param("Prenez deux comprimés.", id="french amount"),
    pytest.param("Nehmen Sie zwei Tabletten.", id="german amount"),
    # 2. A frequency, an interval or a pattern of times.
    pytest.param("Anastrozole is taken once a day.", id="once a day"),
    pytest.param("Letrozole once daily lowers estrogen.", id="once daily"),
    pytest.param("The once-daily version costs less.", id="once-daily with a hyphen"),
    pytest.param("Once daily.", id="once daily alone"),
    pytest.param("People take the tablet every morning.", id="every morning"),
    pytest.param("Some take it every other day.", id="every other day"),
    pytest.param("Some take it on alternate days.", id="alternate days"),
    pytest.param("The medicine is swallowed every 12 hours.", id="every twelve hours"),
    pytest.param("The supplement was used three times a week.", id="three times a week"),
    pytest.param("Denosumab is injected every six months.", id="every six months"),
    pytest.param("BPC-157 was injected weekly.", id="weekly"),
    pytest.param("They swallowed a capsule a day.", id="a capsule a day"),
    pytest.param("Twice a day, use the cream with the medicine.", id="frequency before the verb"),
    pytest.param("Letrozole EOD is something people try.", id="eod"),
    pytest.param("The label reads anastrozole q.d. for now.", id="qd with points"),
    pytest.param("Gabapentin TID for the flashes.", id="tid"),
    pytest.param("Ibuprofen q6h for the joints.", id="q6h"),
    pytest.param("Women who exercise take letrozole once a day.", id="exercise does not hide a frequency"),
    pytest.param("Take ibuprofen before exercise twice a day.", id="exercise as a time does not hide a frequency"),
    pytest.param("Una pastilla una vez al día.", id="spanish frequency"),
    pytest.param("Zweimal täglich einnehmen.", id="german frequency"),
    # 3. A length of treatment as advice.
    pytest.param("Stay on it for five years.", id="stay on it"),
    pytest.param("Take letrozole for 5 to 10 years.", id="take for a range of years"),
    pytest.param("Keep taking the medicine for at least two years.", id="keep taking"),
    pytest.param("Continue treatment for another year.", id="another year"),
    pytest.param("Use the supplement for up to 3 months.", id="up to three months"),
    pytest.param("An aromatase inhibitor is usually taken for five years.", id="is usually taken for"),
    pytest.param("Treatment lasts five years.", id="treatment lasts"),
    pytest.param("Five years of letrozole is recommended.", id="years are recommended"),
    pytest.param("Take it for the rest of your life.", id="for life"),
    # 4. An instruction or a permission to change a treatment.
    pytest.param("You can stop taking letrozole.", id="can stop taking"),
    pytest.param("You may skip it tonight.", id="may skip it"),
    pytest.param("You could safely switch to exemestane.", id="could switch"),
    pytest.param("It is fine to stop the tablets.", id="fine to stop"),
    pytest.param("It's okay to skip a dose.", id="okay to skip, short form"),
    pytest.param("You do not need to take the pill today.", id="no need to take"),
    pytest.param("Feel free to restart anastrozole.", id="feel free"),
    pytest.param("You should take vitamin D.", id="should take a vitamin"),
    pytest.param("You can try turmeric.", id="can try a supplement"),
    pytest.param("You could take a break from letrozole.", id="take a break"),
    pytest.param("Skipping a dose is fine.", id="skipping is fine"),
    pytest.param("There is no harm in stopping the medicine.", id="no harm in stopping"),
    pytest.param("Stop your letrozole.", id="stop"),
    pytest.param("Stop letrozole before surgery.", id="stop without your"),
    pytest.param("The joints ache. Stop taking the tablets.", id="stop in a second sentence"),
    pytest.param("Please start a supplement.", id="please start"),
    pytest.param("Take calcium with food.", id="take calcium"),
    pytest.param("Take it at night.", id="take it at night"),
    pytest.param("If it hurts, stop the medicine.", id="instruction after a condition"),
    pytest.param("Double the dose after that.", id="double the dose"),
    pytest.param("Cut the tablet in two.", id="cut the tablet"),
    pytest.param("Taper the medicine slowly.", id="taper"),
    pytest.param("Switch to exemestane.", id="switch to"),
    pytest.param("Share your pills with her.", id="share"),
    pytest.param("Space the doses apart.", id="space"),
    pytest.param("Hold the medicine before the scan.", id="hold"),
    pytest.param("I recommend stopping letrozole.", id="recommends stopping"),
    # 5. Amounts that are said to be equal.
    pytest.param("One of anastrozole equals two of letrozole.", id="equals"),
    pytest.param("One letrozole is as strong as two anastrozole.", id="as strong as"),
    pytest.param("1 of this is equivalent to 2.5 of that.", id="equivalent"),
    # 6. A judgement on somebody's amount or plan.
    pytest.param("That sounds right.", id="sounds right"),
    pytest.param("Your dose is fine.", id="dose is fine"),
    pytest.param("That amount seems too high.", id="seems too high"),
    pytest.param("That’s too much.", id="too much, short form"),
    pytest.param("Your dose is higher than usual.", id="higher than usual"),
    pytest.param("That is more than usual.", id="more than usual"),
    pytest.param("I think that is fine.", id="I think that is fine"),
    pytest.param("Yes, this looks correct.", id="yes, this looks correct"),
    pytest.param("Your plan looks okay.", id="plan looks okay"),
    pytest.param("2000 is too much.", id="a number is too much"),
    pytest.param("You are taking too little.", id="taking too little"),
    # 7. What people usually take.
    pytest.param("The usual dose is on the box.", id="usual dose"),
    pytest.param("The recommended daily amount of vitamin D differs.", id="recommended amount"),
    pytest.param("Patients typically take two.", id="typically take"),
    pytest.param("Most women usually take it at bedtime.", id="usually take it"),
    pytest.param("In the study, women took 2,000 of vitamin D.", id="took in the study"),
    pytest.param("Doctors usually prescribe one.", id="usually prescribe"),
]

NO_LEAKS = [
    # Laboratory values, scores and genes.
    pytest.param("Her vitamin D level was 30 ng/mL.", id="nanograms per milliliter"),
    pytest.param("An LDL cholesterol of 130 mg/dL is borderline.", id="milligrams per deciliter"),
    pytest.param("Estradiol fell below 5 pg/mL.", id="picograms per milliliter"),
    pytest.param("FSH was 40 IU/L after menopause.", id="units per liter"),
    pytest.param("Calcium in blood was 9.5 milligrams per deciliter.", id="laboratory unit in words"),
    pytest.param("Bone density was 0.9 g/cm2.", id="bone density"),
    pytest.param("A T-score of -2.5 or lower means osteoporosis.", id="T-score"),
    pytest.param("Each 1-unit increase in body mass index raised the risk.", id="unit of an index"),
    pytest.param("She weighs 70 kg.", id="body weight"),
    pytest.param("Osteopenia is bone density that is lower than normal.", id="lower than normal"),
    pytest.param("A scan that is fine can still miss a break.", id="scan that is fine"),
    pytest.param("The SNP rs10046 lies in CYP19A1.", id="rs10046"),
    pytest.param("Women with two G alleles had more pain.", id="G alleles"),
    pytest.param("The CC genotype was found in one CC carrier.", id="CC genotype"),
    pytest.param("Interleukin-6 and TNF-alpha rise.", id="interleukin-6"),
    # Ages, shares, study sizes, lengths of studies.
    pytest.param("Women past age 65 were included.", id="age"),
    pytest.param("At age 50 estrogen drops.", id="estrogen drops at an age"),
    pytest.param("Joint pain affects about 50 percent of women.", id="percent"),
    pytest.param("Half of women on an aromatase inhibitor have joint pain.", id="half of women"),
    pytest.param("Half of the treatment group had pain.", id="half of a group"),
    pytest.param("One in three women had pain.", id="one in three"),
    pytest.param("A trial of 970 women tested the genes.", id="study size"),
    pytest.param("Two trials found no benefit.", id="two trials"),
    pytest.param("In a one-year trial of 69 older men, bone density fell on anastrozole.", id="one-year trial"),
    pytest.param("Over five years on anastrozole, bone density fell.", id="five years of exposure"),
    pytest.param("Women were followed for ten years.", id="follow-up"),
    pytest.param("In women who took letrozole for five years, bone density fell.", id="exposure with took"),
    pytest.param("Joint pain can start within three months of starting letrozole.", id="months of starting"),
    pytest.param("Relief can take up to 12 weeks.", id="relief takes weeks"),
    pytest.param("Hot flashes can continue for five years.", id="symptoms continue"),
    pytest.param("Cancer of stage 2 or stage 3.", id="stage 2"),
    pytest.param("A phase 3 trial compared letrozole with tamoxifen.", id="phase 3"),
    pytest.param("The effect was three times as large.", id="three times as large"),
    # Exercise, food, everyday life.
    pytest.param("Women walked three times a week.", id="walking three times a week"),
    pytest.param("People did 150 minutes of exercise each week.", id="minutes of exercise"),
    pytest.param("Women taking letrozole who exercised twice a week had less pain.", id="exercise beside a medicine"),
    pytest.param("Yoga twice a week while taking letrozole eased stiffness.", id="yoga before a medicine"),
    pytest.param("Women on anastrozole have a bone scan every two years.", id="scan beside a medicine"),
    pytest.param("Take a short walk every day.", id="take a walk"),
    pytest.param("The recommended amount of exercise differs.", id="amount of exercise"),
    pytest.param("Keep a symptom diary for two weeks.", id="diary"),
    pytest.param("Side effects of the tablets make daily life hard.", id="daily life"),
    pytest.param("The medicine may affect daily activities.", id="daily activities"),
    pytest.param("Eat oily fish twice a week.", id="fish"),
    pytest.param("Milk, yogurt and leafy greens hold calcium.", id="nutrient without amount"),
    pytest.param("A small dose of humor helps.", id="dose of humor"),
    # Names of products without an amount.
    pytest.param("Studies of omega-3 capsules were mixed.", id="omega-3 capsules"),
    pytest.param("Low vitamin B12 can cause tingling.", id="vitamin B12"),
    pytest.param("Vitamin B12 tablets are sold without a prescription.", id="vitamin B12 tablets"),
    pytest.param("High-dose vitamin D did not ease joint pain.", id="high-dose vitamin D"),
    pytest.param("Low-dose estrogen put in the vagina is considered at times.", id="low-dose estrogen"),
    pytest.param("The two other tablets, letrozole and exemestane, work alike.", id="two other tablets"),
    pytest.param("Two kinds of tablets exist.", id="two kinds of tablets"),
    pytest.param("Anastrozole is a tablet that blocks aromatase.", id="a tablet"),
    pytest.param("Why do people react so differently to the same pill?", id="the same pill"),
    pytest.param("An extra pill given with testosterone may be anastrozole.", id="an extra pill"),
    pytest.param("BPC-157 and CJC-1295 are peptides.", id="peptide names"),
    pytest.param("There is no proven dose of BPC-157 for people.", id="no proven dose"),
    # Cautions and what a doctor may do.
    pytest.param("Take as prescribed.", id="take as prescribed"),
    pytest.param("Take your medicine exactly as prescribed.", id="take your medicine as prescribed"),
    pytest.param("Do not change it without your team.", id="do not change it"),
    pytest.param("Please do not stop or change your medicine without them.", id="do not stop"),
    pytest.param("You should not stop letrozole without your team.", id="should not stop"),
    pytest.param("Never skip the tablets on your own.", id="never skip"),
    pytest.param("Talk with the cancer team before you stop or change an aromatase inhibitor.", id="before you stop"),
    pytest.param("Stopping letrozole is not safe without a talk first.", id="stopping is not safe"),
    pytest.param("Ask your care team whether you should take calcium.", id="ask whether"),
    pytest.param("Ask the pharmacist if you can take turmeric with it.", id="ask if"),
    pytest.param("Doctors may consider a switch to another medicine.", id="doctors may consider"),
    pytest.param("Your doctor may lower the dose or choose another medicine.", id="doctor may lower"),
    pytest.param("Should I stop letrozole before surgery?", id="question about stopping"),
    pytest.param("Some people try turmeric for sore joints.", id="some people try"),
    pytest.param("Take your medicine list to the visit.", id="medicine list"),
    pytest.param("You can take part in treatment decisions.", id="take part"),
    pytest.param("Share this list of questions with your nurse.", id="share a list"),
    pytest.param("Joint pain is a leading reason why people stop treatment early.", id="people stop"),
    pytest.param("In a bid to ease pain, some people try yoga.", id="in a bid"),
    # Numbers to call.
    pytest.param("Call a poison service (1-800-222-1222 in the US).", id="poison service"),
    pytest.param("Call your local emergency number (911, 112 or 999).", id="emergency numbers"),
    pytest.param("Call or text 988 in the US and Canada.", id="crisis line"),
    pytest.param("Call 116 123 in the UK and Ireland.", id="crisis line in the UK"),
]


# Further wordings, each its own name: they keep a rule from knowing only the sentence that it was written for.
MORE_LEAKS = [
    "The dose is one tablet daily.",
    "Most people are told to take it once each evening.",
    "Anastrozole, 1 mg, by mouth, every day.",
    "You might want to cut back to every second day.",
    "A typical woman takes 1000 to 2000 IU.",
    "Trials used between 2 and 4 grams.",
    "Go down to half.",
    "Two a day is the most anyone needs.",
    "Drop to one pill every other day.",
    "You'd be fine to skip tonight.",
    "It's safe to stop for a week.",
    "You don't have to finish the pack; stop whenever you like.",
    "Just stop taking it if the pain is bad.",
    "Yes, you can double it.",
    "Restart in two weeks.",
    "Wait a week and then start exemestane.",
    "Take the missed dose as soon as you remember.",
    "Take the next dose at the usual time.",
    "If you miss a dose, skip it.",
    "Take one with breakfast and one with dinner.",
    "Take an extra tablet.",
    "Ten milligrams of tamoxifen is about the same as one of anastrozole.",
    "That's a normal amount.",
    "That is a high dose.",
    "Your plan to stop sounds reasonable.",
    "In the trial, participants took four capsules with meals.",
    "In the study, women were given 50,000 units weekly.",
    "Therapy is given for at least five years.",
    "Five to ten years of treatment is standard.",
    "A two-week break from letrozole helped.",
    "The maximum dose is printed on the bottle.",
    "Try halving your dose.",
    "Consider stopping the supplement.",
    "Cut your pills in half.",
    "It is all right to take them together.",
    "You can take turmeric with letrozole.",
    "Take vitamin D3 2000.",
    "Magnesium 400 at night.",
    "Use a pea-sized amount at bedtime.",
    "Vaginal estrogen twice weekly.",
    "A monthly injection of goserelin is given.",
    "Zoledronic acid is infused every six months.",
    "No more than three per day.",
    "Up to three times per day.",
    "Do it thrice daily.",
    "8 hourly ibuprofen",
    "250 micrograms SC daily",
    "six tablets",
    "a tablet a day",
    "a handful of pills",
    "a few drops of CBD oil",
    "1 tbsp of turmeric",
    "a 5 mg tablet",
    "5 milligram tablets",
    "one-half tablet",
    "1.5 tabs",
    "four-hundred milligrams",
    "2 x 500mg",
    "Take 1 (one) tablet",
    ".5 mg",
    "500 international units",
    "two pumps of gel",
    "one dose",
    "Use it daily.",
    "take it on Mondays and Thursdays",
    "morning and night dosing works: take it then",
    "Go ahead and stop letrozole.",
    "You may discontinue the medicine.",
    "Discontinue letrozole.",
    "You can lower your dose.",
    "Come off the tablets slowly.",
    "Start calcium now.",
    "Begin with a low dose of magnesium.",
    "You're taking too much.",
    "1 mg of anastrozole equals 2.5 mg of letrozole",
]

MORE_NO_LEAKS = [
    "Exemestane binds to aromatase for good.",
    "About 1 in 2 women notice stiffness.",
    "The study ran for 24 weeks and 121 women took part.",
    "Women who stopped treatment early had a higher risk.",
    "Ask about a bone density scan before treatment and every two years.",
    "Bone density was checked every year in women who took exemestane.",
    "Acupuncture sessions were held twice a week for six weeks.",
    "In a trial, women on letrozole did strength training two times a week.",
    "Resistance exercise twice weekly slowed bone loss on anastrozole.",
    "Aerobic exercise of 150 minutes per week eased joint pain from letrozole.",
    "Weight loss of 5 kg helped.",
    "Drink two cups of coffee less.",
    "Her estradiol was 12 pg/mL on letrozole.",
    "Vitamin D below 20 ng/mL is low.",
    "A level of 50 nmol/L is enough for bone.",
    "The gene has two copies.",
    "People inherit one copy from each parent.",
    "Estrogen drops by more than 90 percent.",
    "Hormone levels drop within days.",
    "Letrozole, anastrozole and exemestane are the three aromatase inhibitors.",
    "The three medicines work in two ways.",
    "One type of tablet is steroidal.",
    "Half the women reported pain.",
    "Half of those who took duloxetine felt better.",
    "A third of women stop treatment early.",
    "Bring all your pill bottles to the visit.",
    "Which side effects should I report the same day?",
    "Tell your team before you start any supplement.",
    "Please talk with your care team before you start a supplement.",
    "Your care team can tell you whether a break is safe.",
    "Never share medicines.",
    "A pharmacist can check if the tablets clash.",
    "Take a list of your medicines to each visit.",
    "Take part in gentle exercise.",
    "Take your time.",
    "Take notes during the visit.",
    "Use a fan at night.",
    "Try layers of clothing at night.",
    "Start the day with gentle stretching.",
    "Start with a warm-up.",
    "Stop and rest when pain is sharp.",
    "Hot flashes may come several times a day on letrozole.",
    "Some people have hot flashes every hour on an aromatase inhibitor.",
    "Symptoms may last for months after treatment ends.",
    "It may take six months for bone to respond.",
    "Side effects that last for more than two weeks deserve a call.",
    "Mention joint pain that lasts for weeks.",
    "Studies used different doses, so results differ.",
    "The best dose is unknown.",
    "There is no safe dose of peptides known.",
    "Standard-dose vitamin D was the comparison.",
    "No dose is given here because a clinician sets it.",
    "Questions about doses are for the prescriber.",
    "This is common and real.",
    "Is this normal?",
    "At 12 months, 30 women were still on treatment.",
    "After five years of treatment, bone density fell.",
    "Menaquinone-7 is vitamin K2.",
    "IL-6 and IL-17 rise.",
    "The 27-hydroxycholesterol level changed.",
    "ESR1 rs2234693 and TCL1A rs11849538 were studied.",
    "Stage 1 to 3 breast cancer.",
    "In 2013, one team reviewed the pills.",
    "Postmenopausal women aged 50 to 70 took part.",
    "Calcium-rich food is good for bone.",
    "The recommended daily activity differs.",
    "Men who take testosterone have regular visits every few months.",
    "Talk to your doctor once you notice symptoms every day.",
    "Reference 3 is a review of 18 trials.",
    "Doctors normally prescribe a bone scan first.",
    "A daily diary of symptoms may help.",
    "Daily practice of mindfulness eased flashes.",
    "Vitamin D is made in skin in daylight.",
    "Each session lasted 60 minutes.",
    "In a study of 12 women a day of rest helped.",
    "You can stop when you feel tired.",
    "Stop, rest and breathe.",
    "Wait for your team to call back.",
    "Do not wait a week to call.",
    "It is a good plan to write questions down.",
    "That is a good plan for your visit.",
    "Change takes time.",
    "Change your routine step by step.",
    "You can change your diet.",
    "You can adjust your pillow at night.",
    "Some women wake several times a night.",
    "Few pills have been tested.",
    "Women first take tamoxifen and then switch to an aromatase inhibitor.",
    "Switching to another medicine may help some people.",
    "Drop by the clinic.",
    "Bone loss slowed down to half.",
    "Begin with gentle movement.",
    "Start with a talk with your team about treatment goals.",
    "Whether a pause is possible is a question for the oncologist.",
    "Try taking notes.",
    "Consider taking part in a study.",
    "Monthly visits are common.",
    "Your idea of a diary is good.",
    "Steps per day were counted.",
    "They walked 10,000 steps a day.",
    "Ten hot flashes a day are hard to bear.",
    "Two servings of vegetables per day are good.",
    "It is safe to exercise.",
    "You can use a fan.",
]


@pytest.mark.parametrize("text", [*LEAKS, *MORE_LEAKS])
def test_dosing_advice_is_found(text):
    assert leaks(text)
    assert list(find_leaks(text))


@pytest.mark.parametrize("text", [*NO_LEAKS, *MORE_NO_LEAKS])
def test_harmless_text_is_let_through(text):
    assert list(find_leaks(text)) == []
    assert not leaks(text)


def test_the_tables_are_as_long_as_the_definition_needs():
    assert len(LEAKS) >= 60
    assert len(NO_LEAKS) >= 60


def test_a_leak_says_which_rule_and_where():
    (leak,) = find_leaks("Anastrozole works. Then half of your pill is left.")
    assert leak.rule == "half of something to swallow"
    assert leak.excerpt == "half of your pill"


def test_every_rule_finds_something_in_the_table():
    found = {leak.rule for case in LEAKS for leak in find_leaks(str(case.values[0]))}
    assert found == {rule.name for rule in RULES}


def test_leaks_stand_in_the_order_of_the_rules():
    text = "Stop your medicine. Anastrozole is taken once a day. The tablet holds 1 mg."
    order = [rule.name for rule in RULES]
    found = [order.index(leak.rule) for leak in find_leaks(text)]
    assert len(set(found)) >= 3
    assert found == sorted(found)


@pytest.mark.parametrize("text", ["Dosing advice: 5 MG", "dosing advice: 5 Mg", "DOSING ADVICE: 5 mg"])
def test_case_does_not_matter(text):
    assert leaks(text)


def test_the_shipped_content_holds_no_dosing_advice(library):
    texts = [text for passage in library.passages.values() for text in (passage.title, passage.heading, *passage.sentences)]
    texts += [text for page in library.pages.values() for text in (page.title, page.summary, *page.ask)]
    texts += [question.text for question in library.questions]
    texts += [words for label in library.labels.evidence.values() for words in (label.words, label.meaning)]
    texts += [term.definition for term in library.glossary]
    assert [text for text in texts if leaks(text)] == []


def test_the_fixed_notices_hold_no_dosing_advice(library):
    policy = read_policy(library)
    texts = [text for notice in policy.notices.values() for text in (notice.title, notice.text)]
    texts += [policy.standing, *policy.starters, *policy.languages.values()]
    assert [text for text in texts if leaks(text)] == []


@pytest.mark.timing
@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("1,", id="digits"),
        pytest.param(" ", id="spaces"),
        pytest.param("take ", id="take"),
        pytest.param("stop the ", id="stop the"),
        pytest.param("one two ", id="number words"),
        pytest.param("a", id="one long word"),
        pytest.param("if you walk, ", id="conditions"),
        pytest.param("exercise once ", id="exercise"),
    ],
)
def test_long_texts_take_time_in_proportion(unit):
    def seconds(length: int) -> float:
        text = "take 1 " + unit * (length // len(unit))
        started = time.perf_counter()
        list(find_leaks(text))
        return time.perf_counter() - started

    seconds(1_000)
    short = min(seconds(2_000) for _ in range(2))
    long = min(seconds(8_000) for _ in range(2))
    assert long < 10 * short + 0.05  # four times the text; a quadratic rule would take sixteen times as long
