# Completes make's targets and the names of servers in this checkout. In Bash: . tools/completion.bash
#
# In every other directory make is completed as before.

_file_simulator_make() {
    local word=${COMP_WORDS[COMP_CWORD]} variable="" choices
    # Bash takes the = of SERVER=nas-input-1 for a word of its own.
    if [ "$word" = = ]; then
        variable=${COMP_WORDS[COMP_CWORD - 1]} word=""
    elif [ "$COMP_CWORD" -ge 2 ] && [ "${COMP_WORDS[COMP_CWORD - 1]}" = = ]; then
        variable=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ! grep -qs '^namespace: file_simulator$' galaxy.yml; then
        _file_simulator_other_make "$@"
        return
    fi
    case $variable in
    SERVER) choices=$(sed -n 's/^NAS_SERVERS=//p' ~/file-simulator/clients*/endpoints.env 2>/dev/null | tr , '\n' | sort -u) ;;
    FORMAT) choices="table json" ;;
    "") choices=$(sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' Makefile)" SERVER= FROM= TO= FORCE= ARGS= FORMAT= EVERY=" ;;
    *) choices="" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
    if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = *= ]]; then compopt -o nospace 2>/dev/null; fi
}

# What bash-completion has for make, under its names of before and after version 2.12.
_file_simulator_other_make() {
    if ! declare -F _make _comp_cmd_make >/dev/null && declare -F __load_completion >/dev/null; then
        __load_completion make
        complete -o default -F _file_simulator_make make
    fi
    local name
    for name in _comp_cmd_make _make; do
        if declare -F "$name" >/dev/null; then
            "$name" "$@"
            return
        fi
    done
}

complete -o default -F _file_simulator_make make
