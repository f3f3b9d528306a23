# What is printed about scenarios, and about one run.
flue list
flue describe loss
flue describe loss --json | grep '"name"'
flue run loss --loss 0.01 --stack host --run 2
flue run --seed 3 loss --RngRun=2 --json | grep '"seed"\|"run"\|"text"'
flue run loss --help | sed -n '/Parameters/,/^$/p'
flue sweep --help | head -n 4
