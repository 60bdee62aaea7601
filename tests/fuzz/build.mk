# SPDX-License-Identifier: Apache-2.0
# Compiles what of one fuzz target has changed. run says OUT (a directory), NAME, LIST (where it stands), CLANG, SOURCES, FLAGS
# (of the compiler) and LINK.

objects := $(SOURCES:%.c=$(OUT)/$(NAME).objects/%.o)
rules := $(firstword $(MAKEFILE_LIST)) $(LIST)

.DELETE_ON_ERROR:
$(OUT)/$(NAME): $(objects) $(rules)
	@$(CLANG) $(FLAGS) $(objects) $(LINK) -o $@

$(objects): $(OUT)/$(NAME).objects/%.o: %.c $(rules)
	@mkdir -p $(@D)
	@$(CLANG) $(FLAGS) -MMD -MP -c $< -o $@

-include $(objects:.o=.d)
