"""Pinyin that people type without spaces, cut into its syllables."""

# Every syllable of a name, ü written v as in an index of names.
_SYLLABLES = frozenset(
    """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bong bu ca cai
    can cang cao ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chuai
    chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de deng di
    dian diao die din ding diu dong dou du duan dui dun duo e en er fa fan fang fei fen feng fo
    fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo ha
    hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian
    jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke ken keng kong kou
    ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei len leng li lia lian liang
    liao lie lin ling liu long lou lu luan lun luo lv lve ma mai man mang mao me mei men meng
    mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni nian niang
    niao nie nin ning niu nong nou nu nuan nuo nv nve o ou pa pai pan pang pao pei pen peng pi
    pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que
    qun ran rang rao re ren reng ri rong rou ru ruan rui run ruo sa sai san sang sao se sen
    seng sha shai shan shang shao she shei shen sheng shi shou shu shua shuai shuan shuang shui
    shun shuo si song sou su suan sui sun suo ta tai tan tang tao te teng ti tian tiao tie ting
    tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie
    xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yong you yu yuan yue yun
    za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou
    zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
    """.split()  # noqa: SIM905 - a table of words, to be read
)
_LONGEST = 6
# Whoever writes more without a space writes no name.
_LONGEST_WORD = 40
# A word of so many letters may be cut in more ways than anybody means.
_MOST = 32
# How else people write a syllable with ü.
_SPELT = {"lu": "lv", "nu": "nv", "lue": "lve", "nue": "nve", "lyu": "lv", "nyu": "nv",
          "lyue": "lve", "nyue": "nve"}  # fmt: skip


def cuts(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read a folded word as syllables; none when it is no pinyin.

    ``xiulan`` is ``xiu lan``; ``xian`` is ``xian`` and ``xi an``. At most 32.
    """
    if not word.isascii() or not word.isalpha() or len(word) > _LONGEST_WORD:
        return ()
    return tuple(_cut(word)[:_MOST])


def spelt(syllable: str) -> tuple[str, ...]:
    """A syllable, and how an index of names has it if it is one with ü."""
    return (syllable, _SPELT[syllable]) if syllable in _SPELT else (syllable,)


def _cut(word: str) -> list[tuple[str, ...]]:
    """From the end of the word to its beginning, so that no part is cut twice."""
    ways: list[list[tuple[str, ...]]] = [[] for _ in word] + [[()]]
    for at in range(len(word) - 1, -1, -1):
        for end in range(at + 1, min(at + _LONGEST, len(word)) + 1):
            part = word[at:end]
            if part in _SYLLABLES or part in _SPELT:
                ways[at] += [(part, *rest) for rest in ways[end]]
        # The fewest syllables first, and no more than are asked for.
        ways[at] = sorted(ways[at], key=len)[:_MOST]
    return ways[0]
