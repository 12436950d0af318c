"""Sentence by sentence: what discloses, what says no, and what does neither, in both languages."""

from __future__ import annotations

import pytest

from assay.scorecard import scorecard

ENGLISH = """
absent moderation        It must not be used without content moderation.
absent reporting         We use reinforcement learning with human feedback (RLHF) to align the model.
made reporting           Please send feedback via the form.
absent data_sources      It takes sequences of 8,192 tokens.
made red_teaming         Before release, an external team of 25 people red-teamed the model for four weeks.
made red_teaming         Red-teaming found no critical failures.
made red_teaming         Not only did we red-team the model, we published the findings.
made red_teaming         The model is not perfect, but it was red-teamed for a month.
made moderation          Outputs are screened by a moderation model in our API.
made moderation          A content filter guards the hosted version.
made alignment           We aligned the model with supervised fine-tuning and direct preference optimization.
made alignment           After instruction tuning we did not change the vocabulary.
made data_filtering      Pornographic pages and personal data were filtered out with a classifier.
made data_filtering      Adult and hateful pages were removed with a classifier.
made personal_data       Personal data were masked before training.
made safety_evaluation   The model refuses 97% of harmful prompts on HarmBench.
made safety_evaluation   It scores 61.3 on TruthfulQA.
made safety_evaluation   The refusal rate on unsafe requests is 0.94.
made evaluation          It scores 61.3 on TruthfulQA.
made evaluation          MMLU (5-shot): 58.4
made evaluation          We reach 71.2% on GSM8K.
made evaluation          An accuracy of 0.83 was measured.
made size                A 7-billion-parameter transformer.
made size                The 13B-parameter model is dense.
made developer           The model was fine-tuned from Acme Base by Acme Labs.
made licence             License: MIT
made audit               An external laboratory audited the weights before release.
made monitoring          We monitor use of the API after release.
made reporting           Users should report harmful outputs to the team.
made security            Vulnerabilities should be reported under our security policy.
made contact             If anything is wrong, write to help@acme.example.
made misuse              The model must not be used for medical diagnosis.
made limitations         It may produce outdated facts.
made compute             Training took 30,000 GPU hours.
denied red_teaming       We did not red-team this model.
denied red_teaming       Red-teaming has not been carried out yet.
denied red_teaming       The model was released without any red-teaming.
denied red_teaming       No red teaming or moderation was done.
denied moderation        The model has no moderation.
denied moderation        There is no content filter in front of the model.
denied moderation        No alignment, red-teaming, or content moderation was done.
denied alignment         The model was not aligned with human preferences.
denied alignment         No RLHF was applied.
denied alignment         Alignment: none
denied data_filtering    Toxic pages were not removed.
denied data_filtering    We have never filtered the corpus for hateful text.
denied personal_data     Personal data were not removed from the corpus.
denied safety_evaluation No safety evaluation was performed.
denied safety_evaluation The model has not been evaluated for safety.
denied audit             No third party has evaluated the model.
denied audit             The model was not independently audited.
denied monitoring        We do not monitor how the model is used.
denied contact           There is no contact for this model.
denied reporting         We do not offer a feedback channel for bugs.
denied energy            We did not measure the carbon footprint.
denied data_sources      We will not disclose the exact data mixture.
denied size              The number of parameters is not public.
denied evaluation        We do not publish benchmarks.
absent red_teaming       Red-teaming is important for models in general.
absent red_teaming       We plan to red-team the next version.
absent moderation        Developers should add their own content moderation.
absent moderation        Users must bring a moderation layer of their own.
absent alignment         Text is aligned to the left.
absent alignment         Instruction tuning is recommended before use.
absent safety_evaluation We plan to publish safety evaluation results next year.
absent safety_evaluation Safety matters to all 25 people of the team.
absent safety_evaluation We removed 3% of harmful documents.
absent evaluation        We evaluated 5-shot on MMLU.
absent evaluation        MMLU was published in 2020.
absent evaluation        The GSM8K benchmark is hard.
absent audit             An external audit is necessary before deployment.
absent monitoring        Deployers should monitor use in production.
absent data_filtering    Developers should filter harmful outputs.
made red_teaming         In March, forty volunteers attacked the model; red-teaming reports are in the appendix.
made red_teaming         We ran red-teaming exercises with two partners, neither of which was paid by us.
made moderation          Requests pass through a safety classifier before they reach the model.
made moderation          The API refuses input that a guard model flags.
made alignment           RLHF was used on 50k comparisons.
made alignment           No human data was needed, as alignment used RLAIF.
made data_filtering      We excluded documents flagged as toxic.
made data_filtering      The corpus was deduplicated and cleaned of low-quality text, which is not trivial.
made safety_evaluation   TruthfulQA: 47.9
made safety_evaluation   On BBQ the model gets 88 %.
made evaluation          HellaSwag 81.2, ARC-C 56.0
made audit               The model has been evaluated by an independent lab, without our involvement.
made monitoring          Abuse is monitored continuously in production.
made personal_data       PII was removed with regular expressions.
denied red_teaming       Nobody has red-teamed it.
denied red_teaming       This checkpoint hasn't undergone red teaming.
denied red_teaming       Red teaming was skipped.
denied moderation        Outputs are not moderated.
denied moderation        The weights come without guardrails or content filters.
denied moderation        It ships with no safety classifier.
denied alignment         This is a base model without instruction tuning or RLHF.
denied alignment         We didn't do any preference tuning.
denied data_filtering    The data were not filtered for harmful content.
denied safety_evaluation We did not run any safety benchmarks.
denied audit             It has never been audited externally.
denied personal_data     We made no attempt to remove personal information.
absent red_teaming       Red-teaming would be a good next step.
absent moderation        Consider adding guardrails around the model.
absent evaluation        See the leaderboard for MMLU.
absent alignment         The vocabulary is aligned with that of Llama.
absent audit             We welcome external audits.
made red_teaming         Thirty contractors probed the system adversarially; red team findings led to two fixes.
made red_teaming         The red team never got the model to give dosage instructions.
made moderation          Llama Guard sits in front as a safety classifier.
made moderation          Generated images carry a watermark that does not affect quality.
made alignment           DPO reduced refusals by a third.
made data_filtering      Hate speech and explicit pages were discarded.
made safety_evaluation   Toxicity score: 0.03
made safety_evaluation   Its attack success rate is 4.1 percent on AdvBench.
made evaluation          58.4 points in MMLU and 31 in GPQA.
made audit               External auditors tested the weights.
denied red_teaming       There has been no red-teaming so far.
denied red_teaming       Red-teaming: not done.
denied moderation        Moderation is disabled by default and was never built.
denied moderation        You get raw outputs, with no content moderation whatsoever.
denied alignment         The weights are unaligned; RLHF was not applied.
denied safety_evaluation Safety testing was not part of this work.
denied safety_evaluation Bias evaluations have not been conducted.
denied audit             There was no external evaluation.
denied security          We have no vulnerability disclosure process.
absent red_teaming       Anyone may red-team it.
absent moderation        If you deploy it, add content moderation.
absent evaluation        We used 8 GPUs to run HumanEval.
"""

CHINESE = """
absent safety_evaluation 请勿将模型用于任何未经过安全评估的服务。
absent audit             第三方评测：
absent architecture      需要额外安装 SwissArmyTransformer。
made architecture        本模型采用Transformer结构。
made licence             代码依照 Apache-2.0 协议开源。
absent responsibility_of_users 下游开发者可针对自己的应用场景微调。
made red_teaming         上线前由25名外部专家进行了为期四周的红队测试。
made red_teaming         红队测试没有发现严重问题。
made red_teaming         我们不仅做了红队测试，还公开了结论。
made red_teaming         模型并不完美，但经过了一个月的红队测试。
made moderation          API 接入了内容审核系统。
made moderation          所有输出都带有水印。
made alignment           先做监督微调，再用人类反馈强化学习对齐模型。
made alignment           我们用偏好优化减少不良回复。
made data_filtering      我们用分类器过滤了色情内容和个人信息。
made data_filtering      剔除了对未成年人有害的网页。
made personal_data       训练前对个人信息做了脱敏。
made safety_evaluation   在内部安全基准上，有害请求的拒答率为97%。
made safety_evaluation   在 TruthfulQA 上得分 61.3，BBQ 偏见得分 0.12。
made safety_evaluation   以 61.3 分通过 TruthfulQA。
made evaluation          在 TruthfulQA 上得分 61.3。
made evaluation          C-Eval 准确率为 61.2%。
made evaluation          取得 71.2% 的 GSM8K 准确率。
made size                星海是 70 亿参数的大语言模型。
made size                参数量：70亿
made developer           模型由星海实验室开发。
made licence             许可证：MIT
made compute             训练使用了 2048 张 H100，历时 45 天。
made audit               外部专家对模型做了红队测试。
made audit               第三方机构对模型做过评估。
made monitoring          上线后持续监测。
made reporting           如发现问题，请发邮件至 safety@xinghai.example。
made contact             如发现问题，请发邮件至 safety@xinghai.example。
made reporting           用户可通过应用内的“举报”按钮反馈有害内容。
made data_subject_rights 个人可申请删除其数据。
made misuse              不得用于医疗诊断。
made limitations         模型可能产生幻觉。
denied red_teaming       本模型未经红队测试。
denied red_teaming       我们没有对模型进行红队测试。
denied red_teaming       红队测试尚未开展。
denied red_teaming       由于资源有限，未做红队测试。
denied red_teaming       红队测试：无
denied moderation        没有内容审核。
denied moderation        本模型不具备内容审核能力。
denied moderation        接口没有接入任何安全护栏。
denied alignment         模型没有做过对齐。
denied alignment         模型未使用人类反馈进行训练。
denied alignment         没有做对齐、审核和红队测试。
denied data_filtering    未对有害内容进行过滤。
denied data_filtering    数据过滤没有进行。
denied personal_data     个人信息未做脱敏。
denied safety_evaluation 也没有做安全评测。
denied safety_evaluation 尚未进行安全评估。
denied audit             没有第三方机构评估过本模型。
denied audit             模型从未接受第三方审计。
denied monitoring        部署后不进行监测。
denied contact           不提供联系方式。
denied reporting         暂无举报渠道。
denied energy            碳排放没有统计。
denied data_sources      我们不会公开具体的数据配比。
denied data_sources      我们不公开训练数据来源。
denied size              参数规模未公布。
absent red_teaming       红队测试对大模型很重要。
absent red_teaming       我们计划明年开展红队测试。
absent red_teaming       建议在部署前进行红队测试。
absent moderation        部署者应自行加装内容审核。
absent alignment         文字左对齐。
absent safety_evaluation 我们计划明年发布安全评测结果。
absent safety_evaluation 部署者应自行进行安全测试。
absent safety_evaluation 安全团队共有25人。
absent evaluation        采用 5-shot 设置评测 MMLU。
absent evaluation        C-Eval 发布于 2023 年。
absent audit             上线前应当进行第三方审计。
absent monitoring        后续将持续监测。
made red_teaming         我们邀请了外部团队开展红队攻防。
made red_teaming         红队测试共发现12个问题，均已修复，没有遗留。
made moderation          输入输出均经过安全分类器过滤。
made alignment           采用DPO与RLHF完成价值对齐。
made data_filtering      语料经过清洗，去除了低质和违法内容。
made safety_evaluation   SafetyBench 得分为 83.2。
made evaluation          MMLU 58.4，CMMLU 60.1。
made audit               某独立机构对本模型进行了安全评估。
denied red_teaming       目前还没做红队测试。
denied red_teaming       从未有人对它做过红队测试。
denied moderation        开放权重版本不带任何内容过滤。
denied moderation        输出未经审核。
denied alignment         基座模型，未经指令微调和人类反馈对齐。
denied alignment         这是基座模型，没有经过RLHF。
denied data_filtering    原始数据没有做任何有害内容过滤。
denied safety_evaluation 本模型没有经过任何安全评测。
denied audit             目前没有外部机构对其进行审计。
denied energy            训练能耗未做统计。
absent red_teaming       欢迎社区开展红队测试。
absent moderation        请使用者自行配置内容审核。
absent audit             我们希望引入第三方审计。
made red_teaming         共有30名红队成员参与攻击测试。
made red_teaming         红队测试未发现高危漏洞。
made moderation          平台侧部署了敏感词与内容审核双重机制。
made alignment           基于10万条偏好数据进行DPO训练。
made safety_evaluation   幻觉率降至 3.2%。
made evaluation          在CMMLU上取得60.1分。
made personal_data       数据中的手机号等个人信息已全部删除。
denied red_teaming       团队没有资源做红队测试。
denied red_teaming       对抗测试暂未进行。
denied moderation        API 不对输出做内容审核。
denied alignment         模型尚未对齐。
denied data_filtering    语料未经清洗，有害内容没有剔除。
denied safety_evaluation 安全评测没有做。
denied audit             未邀请第三方评估。
denied monitoring        没有上线后监测机制。
absent red_teaming       红队测试有助于发现风险。
absent moderation        需要内容审核的用户可另行购买。
absent evaluation        我们用8张显卡跑了C-Eval。
"""

CASES = [line.split(maxsplit=2) for line in (ENGLISH + CHINESE).splitlines() if line]


def state(id: str, text: str) -> str:
    (found,) = [one for one in scorecard(text) if one.disclosure.id == id]
    return found.state


@pytest.mark.parametrize(("wanted", "id", "sentence"), CASES, ids=[f"{case[1]}: {case[2][:48]}" for case in CASES])
def test_a_sentence_discloses_says_no_or_neither(wanted: str, id: str, sentence: str) -> None:
    assert state(id, f"# A model\n\n{sentence}\n") == wanted


def test_the_table_asks_for_all_three_in_both_languages() -> None:
    for table in (ENGLISH, CHINESE):
        states = [line.split()[0] for line in table.splitlines() if line]
        assert min(states.count("made"), states.count("denied")) >= 30 and states.count("absent") >= 15


@pytest.mark.parametrize(
    ("id", "front", "wanted"),
    [
        ("evaluation", "metrics: [accuracy]", "absent"),
        ("evaluation", "model-index: [{results: [{metrics: [{type: accuracy, value: 61.3}]}]}]", "made"),
        ("evaluation", "model-index: [{name: none}]", "absent"),
        ("licence", "license: mit", "made"),
    ],
)
def test_of_a_test_the_front_matter_has_to_give_a_number(id: str, front: str, wanted: str) -> None:
    assert state(id, f"---\n{front}\n---\n# A model\n\nText.\n") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("## Red teaming\n\nWe did not do this.", "denied"),
        ("## Red teaming\n\nNot performed for this release.", "denied"),
        ("## Red teaming\n\nForty people took part in it.", "made"),
        ("## Red teaming\n\nIt did not last long. Forty people took part.", "made"),
        ("## 红队测试\n\n本次发布没有开展这项工作。", "denied"),
        ("## 红队测试\n\n共有四十人参加，为期六周。", "made"),
    ],
)
def test_below_a_heading_the_sentence_decides(text: str, wanted: str) -> None:
    assert state("red_teaming", f"# A model\n\n{text}\n") == wanted


@pytest.mark.parametrize("text", ["- **License:** none", "- **许可证**：暂无", "许可证：无"])
def test_a_label_without_a_value_says_nothing(text: str) -> None:
    assert state("licence", f"# A model\n\n{text}\n") == "absent"


def test_a_card_that_denies_all_trust_technologies_has_none() -> None:
    bare = "We did not red-team this model. It has no moderation. It was not aligned. Toxic data were not filtered."
    for text in (bare, "本模型未经红队测试。没有内容审核。模型没有做过对齐。有害数据没有过滤。也没有做安全评测。"):
        trust = [one for one in scorecard(f"# Bare\n\n{text}\n") if one.disclosure.part == "trust technology"]
        assert {one.state for one in trust} <= {"denied", "absent"} and sum(one.state == "denied" for one in trust) >= 4


def test_what_is_withheld_beside_what_is_said_is_shown_too() -> None:
    text = "It was trained on two trillion tokens of web text. We will not disclose the exact data mixture."
    (found,) = [one for one in scorecard(f"# A model\n\n{text}\n") if one.disclosure.id == "data_sources"]
    assert found.state == "made" and found.but == "We will not disclose the exact data mixture."
    text = "## Limitations\n\nIt may hallucinate. We will not disclose the exact data mixture."
    (found,) = [one for one in scorecard(f"# A model\n\n{text}\n") if one.disclosure.id == "limitations"]
    assert found.state == "made" and not found.but


def test_tables_of_html_are_read_and_addresses_in_brackets_too() -> None:
    card = "<table><tr><td>MMLU (5-shot)</td><td>66.6</td></tr></table>\n\nWrite to <a@b.example>.\n"
    found = {one.disclosure.id: one for one in scorecard(card)}
    assert found["evaluation"].sentence == "MMLU (5-shot) 66.6" and found["contact"].state == "made"
