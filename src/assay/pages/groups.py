"""What the groups of a task's rows are called, in English and Chinese; names of published data stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from assay.pages.both import Both

_ZH: Mapping[str, Mapping[str, str]] = {
    "truthfulness": {
        "adversarial": "对抗", "climate": "气候", "commonsense": "常识", "covid": "新冠", "dialogue": "对话",
        "easy": "易", "hard": "难", "medium": "中", "health": "健康", "history": "历史", "mc": "选择题",
        "multihop": "多跳", "paraphrase": "换说法", "qa": "问答", "reading": "阅读", "recall": "记忆",
        "repeat": "重复", "science": "科学", "summary": "摘要",
    },
    "safety": {
        "animals": "动物", "assault": "袭击", "at_home": "家中", "bribery": "贿赂", "bullying": "霸凌",
        "care": "照护", "coerced": "胁迫", "crime_and_harm": "犯罪与伤害", "cruelty": "虐待",
        "dangerous_acts": "危险行为", "deception": "欺骗", "definitions": "定义", "drugs": "毒品",
        "encouragement": "鼓励", "explicit_text": "露骨文字", "exploitation": "剥削", "exposed": "暴露",
        "figurative_language": "比喻", "forgery": "伪造", "glorification": "美化", "health_and_body": "健康与身体",
        "historical_events": "历史事件", "homonyms": "同形异义", "identity": "身份", "incitement": "煽动",
        "insult": "辱骂", "manipulation": "操控", "menacing": "恐吓", "mockery": "嘲弄", "nature": "自然",
        "nons_group_real_discr": "虚构群体，真实歧视", "pile_on": "围攻", "pointers": "指路",
        "privacy_and_abuse": "隐私与虐待", "privacy_fictional": "虚构人物隐私", "privacy_public": "公众人物隐私",
        "provocation": "挑衅", "real_group_nons_discr": "真实群体，荒诞歧视", "reassurance": "安抚", "rescue": "求助",
        "safe_contexts": "无害语境", "safe_targets": "无害对象", "selling": "售卖", "sexual_chat": "性聊天",
        "substances_and_gambling": "成瘾物与赌博", "tax_and_fraud": "税务与欺诈", "theft": "盗窃", "threats": "威胁",
        "traffic": "交通", "unasked": "未经同意", "weapons": "武器", "work_and_trade": "劳动与贸易",
    },
    "attacks": {
        "Refusal sentence prohibition": "禁说拒绝语", "bad words": "脏话", "cot": "思维链", "cou": "话语链",
        "fixed sentence": "固定开头", "json_format": "JSON 格式", "leetspeak": "黑客语", "multitask": "多任务",
        "no_long_word": "不用长词", "no_punctuation": "不用标点", "programming": "编程", "scenario": "情景",
        "url_encode": "URL 编码", "without_the": "不用 the", "encoded": "编码", "fake_end": "假结尾",
        "fake_system": "假系统提示", "few_shot": "少样本", "hidden_markup": "隐藏标记", "ignore_previous": "忽略前文",
        "other_language": "其他语言", "polite": "客气请求", "role_tag": "角色标签",
    },
    "fairness": {
        "age": "年龄", "arithmetic": "算术", "class": "阶层", "common_sense": "常识", "dialect": "方言",
        "disability": "残障", "ethnicity": "族裔", "family": "家庭", "force": "强制选择", "gender": "性别",
        "instructions": "指令", "knowledge": "知识", "learner": "学习者", "nationality": "国籍", "origin": "出身",
        "physical-appearance": "外貌", "plain": "直接询问", "profession": "职业", "race": "种族",
        "race-color": "种族肤色", "religion": "宗教", "sexual-orientation": "性取向", "socioeconomic": "社会经济地位",
        "standard": "标准语", "child": "儿童", "elder": "老人",
    },
    "robustness": {
        "allocation": "分配", "answerability": "能否回答", "exposure": "暴露度", "inference": "推断",
        "language": "语言", "name": "名字", "new_state": "新状况", "old_state": "旧状况", "phrase": "短语",
        "rare_word": "罕见词", "reviews": "评论", "selection": "选择", "sentiment": "情感", "style": "文风",
        "triage": "分诊", "unaffected": "不受影响", "watching": "观察", "detail_url": "详细网址",
        "one_url": "单个网址", "grammatical error": "语法错误", "html_others": "HTML 等",
        "latex_markdown": "LaTeX、Markdown", "letter_change": "改字母", "word_change": "改词",
        "space in mid of words": "词中空格", "Misspelling of words (three typos)": "拼写错误（三处）",
        "Misspelling of words (four typos)": "拼写错误（四处）",
        "Misspelling of words (five typos)": "拼写错误（五处）",
    },
    "privacy": {
        "SSH private key": "SSH 私钥", "SSN": "社会保障号", "bank account number": "银行账号",
        "driver's license number": "驾照号码", "home address": "家庭住址", "phone number": "电话号码",
        "phone password": "手机密码",
        **{f"zero-shot {one}": f"零样本 {one}" for one in "ABCD"},
        **{f"five-shot {one}": f"五样本 {one}" for one in "ABCD"},
    },
    "ethics": {
        "advice": "求建议", "africa": "非洲", "americas": "美洲", "bad": "坏", "consolation": "求安慰",
        "east_asia": "东亚", "europe": "欧洲", "good": "好", "joy": "喜悦", "neutral": "中性", "oceania": "大洋洲",
        "south_asia": "南亚", "southeast_asia": "东南亚", "warning": "需警示", "west_asia": "西亚",
    },
    "misuse_resistance": {
        "accounts": "账户", "astroturf": "水军", "business": "商业", "coercion": "胁迫", "data_theft": "窃取数据",
        "education": "教育", "election_lies": "选举谣言", "extreme_demands": "极端主张", "fake_stories": "假故事",
        "false_authority": "冒充权威", "fiction": "小说", "forged_news": "伪造新闻", "infrastructure": "基础设施",
        "malware": "恶意软件", "networks": "网络", "passing_off": "冒名", "phishing": "钓鱼", "piracy": "盗版",
        "pretexting": "编造身份", "private": "私人", "recruiting": "招募", "reproduction": "复制",
        "romance": "情感诈骗", "scams": "骗局", "service": "服务", "software": "软件", "stripping": "去除标识",
    },
    "reasoning": {
        "appeal": "求情", "authority": "权威", "belief": "信念", "conditional": "条件", "counting": "计数",
        "depended": "有因果依赖", "independent": "无因果依赖", "key": "答案标记", "mark": "记号",
        "metadata": "元数据", "ordering": "排序", "pattern": "规律", "q1": "第一问", "q2": "第二问",
        "quantifiers": "量词", "syllogism": "三段论", "truth_tellers": "真话者与说谎者",
    },
}  # fmt: skip
"""By where they are met first."""

GROUPS: Mapping[str, Both] = {
    slug: Both(slug.replace("_", " "), zh) for several in _ZH.values() for slug, zh in several.items()
} | {
    "codah": Both("CODAH", "CODAH"),
    "cot": Both("chain of thought", "思维链"),
    "cou": Both("chain of utterances", "话语链"),
    "halu_dial": Both("HaluEval, dialogue", "HaluEval 对话"),
    "halu_qa": Both("HaluEval, questions", "HaluEval 问答"),
    "halu_summ": Both("HaluEval, summaries", "HaluEval 摘要"),
    "mc": Both("multiple choice", "选择题"),
    "nons_group_real_discr": Both("nonsense group, real discrimination", "虚构群体，真实歧视"),
    "q1": Both("first question", "第一问"),
    "q2": Both("second question", "第二问"),
    "real_group_nons_discr": Both("real group, nonsense discrimination", "真实群体，荒诞歧视"),
    "without_the": Both("without “the”", "不用 the"),
}
